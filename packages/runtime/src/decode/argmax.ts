/** The index of the largest of one row's logits; among equals the lowest. NaN never wins. */
export function argmax(logits: Float32Array, row: number, vocabularySize: number): number {
  const start = row * vocabularySize;
  let best = 0;
  let bestValue = -Infinity;
  for (let i = 0; i < vocabularySize; i++) {
    const value = logits[start + i]!;
    if (value > bestValue) {
      best = i;
      bestValue = value;
    }
  }
  return best;
}
