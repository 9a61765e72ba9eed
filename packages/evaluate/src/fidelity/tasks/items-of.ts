import type { TaskItems } from '../fidelity-items.ts';
import type { DocumentResult } from './document-result.ts';

/** Documents whose texts are kept. */
export const SAMPLES = 20;

/** Results of documents as columns, which is what they are paired and summed by. */
export function itemsOf(name: string, bundle: string, results: readonly DocumentResult[]): TaskItems {
  const names = Object.keys(results[0]?.values ?? {});
  return {
    kind: 'task',
    name,
    bundle,
    documents: results.length,
    columns: Object.fromEntries(
      names.map((column) => [column, results.map(({ values }) => values[column]!)]),
    ),
    samples: results.slice(0, SAMPLES).map(({ sample }, document) => ({ document, ...sample })),
  };
}
