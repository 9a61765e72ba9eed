/**
 * The 16 levels of 4-bit NormalFloat, ascending; the code is the index. Quantiles of a standard normal distribution
 * scaled to [−1, 1], 0 among them: QLoRA (arXiv 2305.14314), appendix E, as bitsandbytes and ONNX Runtime round them.
 */
export const NF4 = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
);

/** `MIDPOINTS[c]` lies between level c and c + 1; a value on it takes the lower level, as in bitsandbytes. */
export const MIDPOINTS = Float64Array.from({ length: 16 }, (_, c) =>
  c === 15 ? Infinity : (NF4[c]! + NF4[c + 1]!) / 2,
);

/** Buckets per unit: narrower than the closest midpoints (0.08), so that at most one lies in a bucket. */
export const BUCKETS = 64;

/** The code at the lower end of each bucket of [−1, 1]. */
export const FIRST_CODE = Uint8Array.from({ length: 2 * BUCKETS + 1 }, (_, bucket) => {
  const lower = bucket / BUCKETS - 1;
  return MIDPOINTS.findIndex((midpoint) => lower <= midpoint);
});
