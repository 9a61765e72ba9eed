import { BINS, type Histogram } from '../../statistics/histogram.ts';
import { wholeRange, type InputStatistics } from '../../statistics/input-statistics.ts';
import { entropyThreshold } from './entropy-threshold.ts';
import { gridOf, type ActivationGrid } from './activation-grid.ts';

export interface FitRangeOptions {
  inputs: InputStatistics;
  ranges: 'percentile' | 'entropy' | 'mse';
  /** Of the values that the range covers, where it is chosen so. */
  percentile: number;
}

/**
 * The grid that activations are rounded to, from what was seen of them. What lies outside its range is clipped.
 *
 * - `percentile`: (100 − percentile) / 2 % of the values are on each side, as in ONNX Runtime's PercentileCalibrater.
 * - `entropy`: beyond the magnitude at which 128 levels lose the least information about the distribution of |x|
 *   (TensorRT's calibration: S. Migacz, 8-bit inference with TensorRT, GTC 2017).
 * - `mse`: the range is drawn in by the factor, 1 to 0.22, that leaves the smallest squared error.
 */
export function fitRange({ inputs, ranges, percentile }: FitRangeOptions): ActivationGrid {
  const { histogram } = inputs;
  const seen = wholeRange(inputs);
  if (seen.low === seen.high) return gridOf(seen);
  if (ranges === 'mse') return leastError(histogram, seen);
  const wanted = ranges === 'percentile' ? percentiles(histogram, percentile) : symmetric(histogram);
  return gridOf({ low: Math.max(seen.low, wanted.low), high: Math.min(seen.high, wanted.high) });
}

interface Range {
  low: number;
  high: number;
}

function symmetric(histogram: Histogram): Range {
  const threshold = entropyThreshold(histogram);
  return { low: -threshold, high: threshold };
}

/** Edges of the bins in which the two percentiles lie. */
function percentiles({ counts, limit }: Histogram, percentile: number): Range {
  const cut = (counts.reduce((sum, count) => sum + count, 0) * (100 - percentile)) / 200;
  const width = limit / BINS;
  let low = 0;
  for (let below = counts[0]!; below <= cut; below += counts[low]!) low++;
  let high = counts.length - 1;
  for (let above = counts[high]!; above <= cut; above += counts[high]!) high--;
  return { low: (low - BINS) * width, high: (high + 1 - BINS) * width };
}

/** Factors on the range. */
const SHRINKS = Array.from({ length: 40 }, (_, i) => (50 - i) / 50);

function leastError({ counts, limit }: Histogram, seen: Range): ActivationGrid {
  const width = limit / BINS;
  let best = gridOf(seen);
  let least = Infinity;
  for (const factor of SHRINKS) {
    const grid = gridOf({ low: seen.low * factor, high: seen.high * factor });
    const [lowest, highest] = [-grid.zero, 255 - grid.zero];
    let error = 0;
    for (let bin = 0; bin < counts.length; bin++) {
      const count = counts[bin]!;
      if (count === 0) continue;
      const center = (bin - BINS + 0.5) * width;
      const steps = Math.min(highest, Math.max(lowest, Math.round(center / grid.scale)));
      error += count * (center - steps * grid.scale) ** 2;
    }
    if (error < least) [best, least] = [grid, error];
  }
  return best;
}
