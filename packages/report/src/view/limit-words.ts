import { limitOf, type LimitKind, type MetricRequirement } from '@quantloop/core';
import { formatNumber } from './format.ts';
import { metricUnit, type ReportView } from './report-view.ts';

const LIMIT_WORDS: Record<LimitKind, string> = {
  min: 'at least',
  max: 'at most',
  maxDrop: 'drop at most',
  maxIncrease: 'increase at most',
  minRecovery: 'recovery at least',
  minSpeedup: 'speedup at least',
  maxRatio: 'ratio at most',
};

/** A limit as it is read out: `memory.peak at most 40 MiB on this-cpu`. */
export function limitWords({ trials }: Pick<ReportView, 'trials'>, requirement: MetricRequirement): string {
  const { kind, limit } = limitOf(requirement);
  const { value, relative } = limit;
  const times = kind === 'minSpeedup' || kind === 'maxRatio';
  const unit = relative || kind === 'minRecovery' ? 'fraction' : metricUnit(trials, requirement.metric);
  const { metric, not, confidence, targets, scenarios } = requirement;
  const where = [...(targets === undefined ? [] : [`on ${targets.join(', ')}`])];
  if (scenarios !== undefined) where.push(`for ${scenarios.join(', ')}`);
  if (confidence !== undefined) where.push(`with ${formatNumber(confidence, 'fraction')} confidence`);
  const said = [
    `${metric} ${not ? 'not ' : ''}${LIMIT_WORDS[kind]} ${times ? `${value}×` : formatNumber(value, unit)}`,
    ...where,
  ];
  return said.join(' ');
}
