import { formatValue } from '../board/format-value.ts';
import type { Metrics } from '../board/measurement.ts';
import type { StopRule } from '../campaign/stop-rule.ts';

/**
 * Why the rule gives a trial up, as a sentence with its numbers; undefined where it goes on. It is given up only where
 * the whole 95 % interval lies beyond the limit: what may yet be within is measured.
 */
export function stopReason(rule: StopRule, metrics: Metrics): string | undefined {
  const measurement = metrics[rule.metric];
  if (measurement === undefined) return undefined;
  const { value, low, high, unit } = measurement;
  const { above = Infinity, below = -Infinity } = rule;
  if (!(low > above || high < below)) return undefined;
  const [side, limit] = low > above ? ['above', above] : ['below', below];
  const shown = (one: number) => formatValue(one, unit);
  return `${rule.metric} is ${shown(value)} (95 %: ${shown(low)} to ${shown(high)}), ${side} ${shown(limit)}, where the campaign gives a trial up before its tasks`;
}
