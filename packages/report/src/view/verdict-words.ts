import type { Verdict, VerdictResult } from '@quantloop/core';
import { formatNumber, formatPercent, formatRatio, NOTHING } from './format.ts';
import { metricUnit, type ReportView } from './report-view.ts';

export const VERDICT_MARK: Record<VerdictResult, string> = { pass: '✓', fail: '✗', inconclusive: '?' };

export const VERDICT_WORD: Record<VerdictResult, string> = {
  pass: 'met',
  fail: 'not met',
  inconclusive: 'undecided',
};

/** What was seen and how sure it is, in the terms of the limit: `1.2 % [0.4 %, 2.0 %]`; else why there is nothing. */
export function observedWords(view: ReportView, verdict: Verdict): string {
  const { observed } = verdict;
  if (observed === null) return verdict.note ?? NOTHING;
  const show = formatterOf(view, verdict);
  const interval = observed.low === observed.high ? '' : ` [${show(observed.low)}, ${show(observed.high)}]`;
  const note = verdict.note === undefined ? '' : ` (${verdict.note})`;
  return `${show(observed.value)}${interval}${note}`;
}

/** Ratios are shown as times, relative changes in per cent, everything else in the metric's unit. */
function formatterOf(view: ReportView, { metric, requirement }: Verdict): (value: number) => string {
  if (requirement.endsWith('×')) return formatRatio;
  if (requirement.endsWith('%')) return formatPercent;
  const unit = metricUnit(view.trials, metric);
  return (value) => formatNumber(value, unit);
}
