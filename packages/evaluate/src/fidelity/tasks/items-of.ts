import type { TaskItems } from '../fidelity-items.ts';
import type { DocumentResult, DocumentSample } from './document-result.ts';

/** Documents whose texts are kept. */
export const SAMPLES = 20;

/** Of all others. */
export const NO_SAMPLE: DocumentSample = { prompt: '', target: '', responses: [] };

/** Results of documents as columns, which is what they are paired and summed by. */
export function itemsOf(
  task: Pick<TaskItems, 'name' | 'bundle' | 'total'>,
  results: readonly DocumentResult[],
): TaskItems {
  const names = Object.keys(results[0]?.values ?? {});
  return {
    kind: 'task',
    ...task,
    documents: results.length,
    columns: Object.fromEntries(
      names.map((column) => [column, results.map(({ values }) => values[column]!)]),
    ),
    samples: results.slice(0, SAMPLES).map(({ sample }, document) => ({ document, ...sample })),
  };
}
