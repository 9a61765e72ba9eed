import { column, textColumn, type Hook } from './hook.ts';

const humaneval = {
  folder: 'humaneval',
  tasks: ['humaneval', 'humaneval_64', 'humaneval_instruct'],
  datasets: ['openai/openai_humaneval'],
};
const mbpp = { folder: 'mbpp', datasets: ['google-research-datasets/mbpp'] };

/** What a fenced block holds; the prompt has opened the first one. */
const BLOCK = /```(?:\w+)?\n?([^]*?)\n?```/;

/** How answers become programs, and which tasks MBPP's prompt shows. */
export const CODE_HOOKS: Record<string, Hook> = {
  'humaneval.build_predictions': {
    python: 'utils.build_predictions',
    of: humaneval,
    field: 'filter_fn',
    call: (texts, document) => texts.map((text) => textColumn(document, 'prompt') + text),
  },
  'humaneval.build_predictions_instruct': {
    python: 'utils.build_predictions_instruct',
    of: humaneval,
    field: 'filter_fn',
    call: (texts, document) => texts.map((text) => textColumn(document, 'prompt') + text.split('```')[0]!),
  },
  'mbpp.build_predictions': {
    python: 'utils.build_predictions',
    of: mbpp,
    field: 'filter_fn',
    call: (texts) =>
      texts.map((text) => {
        const block = BLOCK.exec('```' + text) ?? BLOCK.exec(text.replaceAll('```python', '```'));
        return block?.[1] ?? '';
      }),
  },
  'mbpp.examples': {
    python: 'utils.list_fewshot_samples',
    of: mbpp,
    field: 'process_docs',
    call: (document) => ([2, 3, 4].includes(Number(column(document, 'task_id'))) ? document : undefined),
  },
};
