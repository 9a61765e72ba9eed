/** Sixteen values in [−1, 1] by code, and what finds the nearest. */
export interface Codebook {
  /** `quant_type` of MatMulBnb4. */
  quantType: 0 | 1;
  /** By code. */
  levels: Float32Array;
  /** The code of each rank, from the lowest level to the highest. */
  codes: Uint8Array;
  /** `midpoints[r]` lies between the levels of ranks r and r + 1; a value on it takes the lower level. */
  midpoints: Float64Array;
  /** The rank just below the lower end of each bucket of [−1, 1], {@link BUCKETS} to a unit. */
  firstRank: Uint8Array;
}

/** Buckets per unit: narrower than the closest midpoints (0.0052, of FP4), so that at most one lies in a bucket. */
export const BUCKETS = 256;

function codebook(quantType: Codebook['quantType'], values: readonly number[]): Codebook {
  const levels = Float32Array.from(values);
  const ranked = [...levels.keys()]
    // FP4 has a second zero, which is not used.
    .filter((code) => levels.indexOf(levels[code]!) === code)
    .sort((a, b) => levels[a]! - levels[b]!);
  const midpoints = Float64Array.from(ranked, (code, rank) =>
    rank === ranked.length - 1 ? Infinity : (levels[code]! + levels[ranked[rank + 1]!]!) / 2,
  );
  const firstRank = Uint8Array.from({ length: 2 * BUCKETS + 1 }, (_, bucket) => {
    // A little below, as the bucket of a weight is found by a rounded product.
    const lower = bucket / BUCKETS - 1 - 1e-9;
    return midpoints.findIndex((midpoint) => lower <= midpoint);
  });
  return { quantType, levels, codes: Uint8Array.from(ranked), midpoints, firstRank };
}

const FP4_MAGNITUDES = [0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4];

/** As bitsandbytes and ONNX Runtime round them. */
export const CODEBOOKS = {
  /** 4-bit NormalFloat: quantiles of a normal distribution scaled to [−1, 1], 0 among them. QLoRA, appendix E. */
  nf4: codebook(
    1,
    [
      -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
      -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
      0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023,
      1,
    ],
  ),
  /** Sign, two bits of exponent, one of fraction, over the largest of them (12); the smallest is 1/16 of a unit. */
  fp4: codebook(0, [...FP4_MAGNITUDES, ...FP4_MAGNITUDES.map((magnitude) => -magnitude)]),
} as const;
