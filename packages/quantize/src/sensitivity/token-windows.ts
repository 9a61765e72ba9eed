/** Windows at least, where the text allows it: fewer would say little about the spread between them. */
const LEAST = 16;

/**
 * Texts one after the other, cut into windows of one length: of one length they share batches, which short texts of
 * many lengths do not. A window is as long as the longest text, or shorter where there would be too few of them. What
 * is left at the end is dropped.
 */
export function tokenWindows(sequences: readonly (readonly number[])[]): number[][] {
  const tokens = sequences.flat();
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 1);
  const length = Math.min(longest, Math.max(1, Math.floor(tokens.length / LEAST)));
  return Array.from({ length: Math.floor(tokens.length / length) }, (_, i) =>
    tokens.slice(i * length, (i + 1) * length),
  );
}
