/** Deterministic normal deviates: a 32-bit linear congruence through Box–Muller. */
export function normals(count: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed | 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}
