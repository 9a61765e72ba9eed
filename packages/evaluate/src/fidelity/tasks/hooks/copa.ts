import type { TaskDocument } from '../data/task-document.ts';
import { strip } from '../python-text.ts';
import { column, textColumn, type Hook } from './hook.ts';

const of = { folder: 'copa', tasks: ['copa'] };
const CONNECTORS: Record<string, string> = { cause: 'because', effect: 'therefore' };

/** COPA (Roemmele et al. 2011): premise without its period, and each alternative as the rest of the sentence. */
export const COPA_HOOKS: Record<string, Hook> = {
  'copa.doc_to_text': {
    python: 'utils.doc_to_text',
    of,
    field: 'doc_to_text',
    call: (document) => {
      const question = textColumn(document, 'question');
      const connector = CONNECTORS[question];
      if (connector === undefined) throw new Error(`the question is "${question}", expected cause or effect`);
      return `${strip(textColumn(document, 'premise')).slice(0, -1)} ${connector}`;
    },
  },
  'copa.doc_to_target': {
    python: 'utils.doc_to_target',
    of,
    field: 'doc_to_target',
    call: (document) => alternatives(document)[column(document, 'label') === 0 ? 0 : 1],
  },
  'copa.doc_to_choice': {
    python: 'utils.doc_to_choice',
    of,
    field: 'doc_to_choice',
    call: alternatives,
  },
};

function alternatives(document: TaskDocument): string[] {
  return ['choice1', 'choice2'].map((name) => {
    const text = textColumn(document, name);
    return ` ${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
  });
}
