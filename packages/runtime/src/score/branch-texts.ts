import type { MergedInput } from './merge-prefixes.ts';
import { TextRow } from './text-row.ts';

/** Below this, sharing gains nothing that can be measured. */
const SHORTEST = 8;
/** Pairs of tokens looked at for nothing that cost as much as computing one token anew. */
const PAIRS_PER_TOKEN = 400;

/**
 * Puts inputs that begin alike into one row, where computing the common tokens once saves more than it costs that the
 * attention of each continuation passes over those before it.
 *
 * @param limit tokens of a row; none of several inputs is longer
 * @param inputs as `mergePrefixes` orders them, so that those which begin alike are neighbours.
 */
export function branchTexts(inputs: readonly MergedInput[], limit: number): TextRow[] {
  const rows: TextRow[] = [];
  for (const input of inputs) {
    const row = rows.at(-1);
    const common = row?.common(input) ?? 0;
    const tail = input.tokens.length - common;
    if (row !== undefined && row.length + tail <= limit && isWorth(row, tail, common))
      row.branch(input, common);
    else rows.push(new TextRow(input));
  }
  return rows;
}

function isWorth(row: TextRow, tail: number, common: number): boolean {
  return common >= SHORTEST && common * PAIRS_PER_TOKEN >= tail * (row.length - common);
}
