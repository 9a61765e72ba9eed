/** Arithmetic mean; NaN of nothing. */
export function mean(values: Iterable<number> & { readonly length: number }): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Standard error of the mean, s/√n with the sample deviation (n − 1), as lm-eval's `mean_stderr`.
 * 0 for n ≤ 1, where lm-eval prints "N/A".
 */
export function meanStandardError(values: readonly number[]): number {
  const n = values.length;
  if (n <= 1) return 0;
  const center = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - center) ** 2;
  return Math.sqrt(squares / (n - 1) / n);
}
