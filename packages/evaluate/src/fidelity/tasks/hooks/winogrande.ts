import type { TaskDocument } from '../data/task-document.ts';
import { strip } from '../python-text.ts';
import { column, textColumn, type Hook } from './hook.ts';

const of = { folder: 'winogrande', tasks: ['winogrande'], datasets: ['winogrande', 'allenai/winogrande'] };

/** WinoGrande by partial evaluation (Trinh & Le 2018): each option in the blank is a context, the rest is scored. */
export const WINOGRANDE_HOOKS: Record<string, Hook> = {
  'winogrande.doc_to_text': {
    python: 'preprocess_winogrande.doc_to_text',
    of,
    field: 'doc_to_text',
    call: (document) => {
      const answer = textColumn(document, 'answer');
      if (answer === '1' || answer === '2') return Number(answer) - 1;
      throw new Error(`the answer is ${JSON.stringify(answer)}, expected "1" or "2"`);
    },
  },
  'winogrande.doc_to_target': {
    python: 'preprocess_winogrande.doc_to_target',
    of,
    field: 'doc_to_target',
    call: (document) => strip(parts(document)[1]),
  },
  'winogrande.doc_to_choice': {
    python: 'preprocess_winogrande.doc_to_choice',
    of,
    field: 'doc_to_choice',
    call: (document) =>
      ['option1', 'option2'].map((option) => parts(document)[0] + String(column(document, option))),
  },
};

function parts(document: TaskDocument): [string, string] {
  const sentence = textColumn(document, 'sentence');
  const blank = sentence.indexOf('_');
  if (blank === -1) throw new Error(`the sentence ${JSON.stringify(sentence)} has no blank "_"`);
  return [sentence.slice(0, blank), sentence.slice(blank + 1)];
}
