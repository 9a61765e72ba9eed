import type { TextRow } from './text-row.ts';

/**
 * Rows × width of a batch where the graph itself scores chosen tokens, so that no logits bound it; a longer row is a batch of
 * its own. What a process took at most, before jobs had memory settings: 134 million weights (511 MiB) 901 MiB with 2048 tokens
 * and 791 with 1024; stories260k 304 MiB with 1024 and 286 with 512, in as much CPU time.
 */
export const TOKENS_PER_BATCH = 512;

/**
 * Padding after which a batch takes no more rows: about as many tokens as starting a run costs. Documents of stories260k
 * that come three at a time take 6.8 s of CPU time with it and 7.8 s without; all at once, 6.5 s and 6.7 s.
 */
const MOST_PADDING = 32;

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
 * Longest first, so that rows of like length meet and the largest batch comes first.
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
  let padding = 0;
  for (const row of [...rows].sort((a, b) => b.length - a.length)) {
    const wanted = wantedOf(row);
    const wasted = padding + width - row.length;
    const batch = batches.at(-1);
    if (
      batch !== undefined &&
      wasted <= MOST_PADDING &&
      (batch.rows.length + 1) * width <= tokens &&
      batch.wanted.length + wanted.length <= scored
    ) {
      batch.wanted.push(...wanted.map((one) => ({ ...one, row: batch.rows.length })));
      batch.rows.push(row);
      padding = wasted;
    } else {
      batches.push({ rows: [row], wanted });
      width = row.length;
      padding = 0;
    }
  }
  return batches;
}
