/** Where a task has so many documents a look at it sees no fewer: below, intervals are too wide to settle anything. */
export const LEAST_DOCUMENTS = 50;

/**
 * How many of a task's documents, counted from the first, a look at a share of them sees. Small tasks are seen whole.
 *
 * @param share above 0, at most 1.
 */
export function seenDocuments(documents: number, share: number): number {
  return Math.max(Math.ceil(share * documents), Math.min(documents, LEAST_DOCUMENTS));
}
