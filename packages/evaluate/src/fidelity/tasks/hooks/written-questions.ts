import { strip } from '../python-text.ts';
import { column, textColumn, type Hook } from './hook.ts';

/** Questions written out of several columns. */
export const WRITTEN_HOOKS: Record<string, Hook> = {
  // Amini et al. 2019: the column holds "a ) 38 , b ) 27 , …"
  'mathqa.doc_to_choice': {
    python: 'utils.doc_to_choice',
    of: { folder: 'mathqa', tasks: ['mathqa'], datasets: ['regisss/math_qa', 'math_qa'] },
    field: 'doc_to_choice',
    call: (document) =>
      (textColumn(document, 'options').match(/[abcd] \) .*?, |e \) .*?$/g) ?? []).map((part) =>
        part.slice(4).replace(/[ ,]+$/, ''),
      ),
  },
  // Williams et al. 2018
  'mnli.doc_to_text': {
    python: 'utils.doc_to_text',
    of: { folder: 'mnli', tasks: ['mnli', 'mnli_mismatch'] },
    field: 'doc_to_text',
    call: (document) => {
      const hypothesis = strip(textColumn(document, 'hypothesis'));
      const ended = hypothesis.endsWith('.') ? hypothesis : `${hypothesis}.`;
      return `${textColumn(document, 'premise')}\nQuestion: ${ended} True, False or Neither?\nAnswer:`;
    },
  },
  // Jin et al. 2019
  'pubmedqa.doc_to_text': {
    python: 'preprocess_pubmedqa.doc_to_text',
    of: { folder: 'pubmedqa', tasks: ['pubmedqa'], datasets: ['bigbio/pubmed_qa'] },
    field: 'doc_to_text',
    call: (document) => {
      const abstract = (column(document, 'CONTEXTS') as unknown[]).join('\n');
      return `Abstract: ${abstract}\nQuestion: ${textColumn(document, 'QUESTION')}\nAnswer:`;
    },
  },
};
