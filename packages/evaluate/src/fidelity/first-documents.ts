import type { TaskItems } from './fidelity-items.ts';

/** The results of the first so many documents, as if only those had been asked. */
export function firstDocuments(items: TaskItems, documents: number): TaskItems {
  if (documents >= items.documents) return items;
  return {
    ...items,
    documents,
    columns: Object.fromEntries(
      Object.entries(items.columns).map(([name, values]) => [name, values.slice(0, documents)]),
    ),
    samples: items.samples.filter(({ document }) => document < documents),
  };
}
