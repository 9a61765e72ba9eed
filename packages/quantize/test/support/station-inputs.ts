import type { StationInputs } from '@quantloop/quantize';
import type { Arithmetic } from '@quantloop/runtime';

/** Statistics of rows of inputs, added up one by one. */
export function stationInputs(x: readonly (readonly number[])[], arithmetic: Arithmetic): StationInputs {
  const k = x[0]!.length;
  const channel = (i: number) => x.map((row) => row[i]!);
  const moments = new Float64Array(k * k);
  for (const row of x) {
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) moments[i * k + j]! += row[i]! * row[j]!;
  }
  return {
    rows: x.length,
    low: Float32Array.from({ length: k }, (_, i) => Math.min(...channel(i))),
    high: Float32Array.from({ length: k }, (_, i) => Math.max(...channel(i))),
    absMean: Float32Array.from(
      { length: k },
      (_, i) => channel(i).reduce((sum, value) => sum + Math.abs(value), 0) / x.length,
    ),
    moments: Float32Array.from(moments),
    arithmetic,
  };
}
