import type { TextRow } from './text-row.ts';

/** Rows computed together, and the places scored in each. */
export interface RowBatch {
  rows: TextRow[];
  wanted: Wanted[];
}

/** A token to be looked up: of sequence `index` the `at`-th scored one, predicted at a place of a row. */
export interface Wanted {
  index: number;
  at: number;
  row: number;
  place: number;
}

/**
 * Longest first, so that a batch pads little and the largest one comes first.
 *
 * @param tokens rows × width of a batch
 * @param scored places scored in a batch; a single row may have more
 * @param wantedOf the places scored in a row, with 0 for `row`
 */
export function batchRows(
  rows: readonly TextRow[],
  { tokens, scored, wantedOf }: { tokens: number; scored: number; wantedOf: (row: TextRow) => Wanted[] },
): RowBatch[] {
  const batches: RowBatch[] = [];
  let width = 0;
  for (const row of [...rows].sort((a, b) => b.length - a.length)) {
    const wanted = wantedOf(row);
    const batch = batches.at(-1);
    if (
      batch !== undefined &&
      (batch.rows.length + 1) * width <= tokens &&
      batch.wanted.length + wanted.length <= scored
    ) {
      batch.wanted.push(...wanted.map((one) => ({ ...one, row: batch.rows.length })));
      batch.rows.push(row);
    } else {
      batches.push({ rows: [row], wanted });
      width = row.length;
    }
  }
  return batches;
}
