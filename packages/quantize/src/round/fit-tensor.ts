import type { WeightSource } from '../weights/weight-source.ts';
import { coverRange, type Grid, type Span } from './fit-span.ts';
import { rangeOf, rowOf, type Range } from './range-of.ts';
import { shrunk, SHRINKS, squaredError } from './shrink-span.ts';

/** One grid for all channels of a weight. Reads it once; a second time to clip. */
export async function fitTensor(weight: WeightSource, grid: Grid): Promise<Span> {
  const range: Range = { low: 0, high: 0 };
  for await (const { data } of weight.panels()) {
    const { low, high } = rangeOf(rowOf(data), 0, data.length);
    range.low = Math.min(range.low, low);
    range.high = Math.max(range.high, high);
  }
  const span = coverRange(range, grid);
  if (grid.clip === 'none' || span.scale === 0) return span;

  const candidates = SHRINKS.map((factor) => shrunk(span, factor, grid));
  const errors = new Float64Array(candidates.length);
  for await (const { count, data } of weight.panels()) {
    for (let c = 0; c < count; c++) {
      for (const [i, candidate] of candidates.entries()) {
        errors[i]! += squaredError(data, c * weight.k, (c + 1) * weight.k, candidate, grid.bits);
      }
    }
  }
  return candidates[Math.max(0, errors.indexOf(Math.min(...errors)))]!;
}
