/** Longest first, so that a batch pads little and the largest one comes first; `tokensPerBatch` bounds rows × width. */
export function batchByLength<Item>(options: {
  items: readonly Item[];
  length: (item: Item) => number;
  tokensPerBatch: number;
}): Item[][] {
  const { items, length, tokensPerBatch } = options;
  const sorted = [...items].sort((a, b) => length(b) - length(a));
  const batches: Item[][] = [];
  let width = 0;
  for (const item of sorted) {
    const batch = batches.at(-1);
    if (batch !== undefined && (batch.length + 1) * width <= tokensPerBatch) batch.push(item);
    else {
      batches.push([item]);
      width = length(item);
    }
  }
  return batches;
}

/** Tokens a batch may hold: as many as keep its logits under 256 MiB, at most 4096. */
export function defaultTokensPerBatch(vocabularySize: number): number {
  return Math.max(1, Math.min(4096, Math.floor(2 ** 26 / vocabularySize)));
}
