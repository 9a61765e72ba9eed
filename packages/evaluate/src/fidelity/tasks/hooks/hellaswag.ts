import { capitalize, strip } from '../python-text.ts';
import { column, textColumn, type Hook } from './hook.ts';

const of = { folder: 'hellaswag', tasks: ['hellaswag'], datasets: ['hellaswag', 'Rowan/hellaswag'] };

/** HellaSwag's columns `query`, `choices` and `gold`, cleaned of what WikiHow left in the texts (Zellers et al. 2019). */
export const HELLASWAG_HOOKS: Record<string, Hook> = {
  'hellaswag.process_docs': {
    python: 'utils.process_docs',
    of,
    field: 'process_docs',
    call: (document) => {
      const [label, a, b] = ['activity_label', 'ctx_a', 'ctx_b'].map((name) => textColumn(document, name));
      const endings = column(document, 'endings') as unknown[];
      return {
        ...document,
        query: clean(`${label}: ${a} ${capitalize(b!)}`),
        choices: endings.map((ending) => clean(String(ending))),
        gold: Number(column(document, 'label')),
      };
    },
  },
};

function clean(text: string): string {
  return strip(text)
    .replaceAll(' [title]', '. ')
    .replace(/\[[^\n]*?\]/g, '')
    .replaceAll('  ', ' ');
}
