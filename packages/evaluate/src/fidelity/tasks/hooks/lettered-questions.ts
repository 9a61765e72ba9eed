import type { TaskDocument } from '../data/task-document.ts';
import { strip } from '../python-text.ts';
import { column, textColumn, type Hook } from './hook.ts';

/** Lines "A. …", "B. …". */
const lettered = (options: readonly unknown[]) =>
  options.map((option, i) => `${String.fromCharCode(65 + i)}. ${String(option)}\n`).join('');

const columns = (document: TaskDocument, names: readonly string[]) =>
  names.map((name) => textColumn(document, name));

const logiqa = { folder: 'logiqa', tasks: ['logiqa'], datasets: ['EleutherAI/logiqa'] };
const medqa = { folder: 'medqa', tasks: ['medqa_4options'], datasets: ['GBaker/MedQA-USMLE-4-options-hf'] };

/** Questions whose choices stand in the prompt, by letter. */
export const LETTERED_HOOKS: Record<string, Hook> = {
  // Liu et al. 2020
  'logiqa.doc_to_text': {
    python: 'utils_logiqa.doc_to_text',
    of: logiqa,
    field: 'doc_to_text',
    call: (document) => {
      const [context, question] = columns(document, ['context', 'question']);
      const options = (column(document, 'options') as unknown[]).slice(0, 4);
      return `Passage: ${context}\nQuestion: ${question}\nChoices:\n${lettered(options)}Answer:`;
    },
  },
  'logiqa.doc_to_target': {
    python: 'utils_logiqa.doc_to_target',
    of: logiqa,
    field: 'doc_to_target',
    call: (document) => {
      const label = strip(textColumn(document, 'label'));
      if (/^[abcd]$/.test(label)) return 'abcd'.indexOf(label);
      throw new Error(`the label is "${label}", expected a, b, c or d`);
    },
  },
  // Jin et al. 2021
  'medqa.doc_to_text': {
    python: 'preprocess_medqa.doc_to_text',
    of: medqa,
    field: 'doc_to_text',
    call: (document) => {
      const options = columns(document, ['ending0', 'ending1', 'ending2', 'ending3']);
      return `Question: ${textColumn(document, 'sent1')}\n${lettered(options)}Answer:`;
    },
  },
  'medqa.doc_to_target': {
    python: 'preprocess_medqa.doc_to_target',
    of: medqa,
    field: 'doc_to_target',
    call: (document) => column(document, 'label'),
  },
  // Pal et al. 2022
  'medmcqa.doc_to_text': {
    python: 'utils_medmcqa.doc_to_text',
    of: { folder: 'medmcqa', tasks: ['medmcqa'], datasets: ['openlifescienceai/medmcqa'] },
    field: 'doc_to_text',
    call: (document) => {
      const options = columns(document, ['opa', 'opb', 'opc', 'opd']);
      return `Question: ${textColumn(document, 'question')}\nChoices:\n${lettered(options)}Answer:`;
    },
  },
};
