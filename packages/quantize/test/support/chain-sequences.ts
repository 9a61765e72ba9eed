/** Token sequences for the model of `chainFolder`, which knows 16 tokens. */
export const CHAIN_SEQUENCES = Array.from({ length: 6 }, (_, s) =>
  Array.from({ length: 9 + (s % 2) }, (_, i) => (s * 7 + i * 5) % 16),
);
