/** Prompts of tokens that every vocabulary has, no two alike. */
export function prompts(batch, tokens) {
  return Array.from({ length: batch }, (_, row) =>
    Array.from({ length: tokens }, (_, i) => 3 + ((i * 7 + row * 11) % 400)),
  );
}
