import { mean, meanStandardError } from './mean.ts';
import { studentT } from './student-t.ts';

export interface MeanInterval {
  value: number;
  low: number;
  high: number;
  standardError: number;
  n: number;
}

/** Mean with its Student-t interval. With n ≤ 1 the bounds are the value itself: nothing is known of its spread. */
export function meanInterval(values: readonly number[], level = 0.95): MeanInterval {
  const n = values.length;
  const value = mean(values);
  const standardError = meanStandardError(values);
  const half = n <= 1 ? 0 : studentT(level, n - 1) * standardError;
  return { value, low: value - half, high: value + half, standardError, n };
}
