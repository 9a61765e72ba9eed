import { formatValue } from '../board/format-value.ts';
import type { Verdict } from './decision.ts';

/** A value that a limit looks at, as the limit is written: a ratio, per cent, or in the metric's unit. */
export function showObserved(
  value: number,
  { requirement }: Pick<Verdict, 'requirement'>,
  unit = '',
): string {
  if (requirement.endsWith('×')) return `${value.toFixed(2)}×`;
  return formatValue(value, requirement.endsWith('%') ? 'fraction' : unit);
}
