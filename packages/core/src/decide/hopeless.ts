import { formatValue } from '../board/format-value.ts';
import { FULL_EFFORT } from '../board/evidence.ts';
import type { Trial } from '../board/trial.ts';
import { evidenceOf } from '../plan/evidence-of.ts';
import type { Verdict, VerdictResult } from './decision.ts';
import { outlook, type Outlook, type OutlookOptions } from './outlook.ts';
import { showObserved } from './show-observed.ts';
import type { Rated } from './surely-better.ts';

export interface HopelessOptions extends Omit<OutlookOptions, 'scenario' | 'rivals'> {
  /** Whom it has to beat. @default nobody: meeting the requirements in one scenario is enough */
  rivals?: OutlookOptions['rivals'];
}

/**
 * Why a trial cannot be selected any more in any scenario, as a sentence with its numbers; undefined while it may: it
 * misses the requirements, further looks would hardly show it to meet them, or another that meets them stays ahead.
 */
export function hopeless({ rivals = [], ...options }: HopelessOptions): string | undefined {
  const { campaign, trial } = options;
  const outlooks = campaign.performance.map((scenario) => outlook({ ...options, rivals, scenario }));
  if (outlooks.some(({ kind }) => kind === 'passes' || kind === 'open')) return undefined;
  const nearest = outlooks.reduce(nearer);
  // All documents are in: what stays undecided is measured to its end and shown as undecided.
  if (nearest.kind === 'hardly' && (trial.effort ?? FULL_EFFORT).share === 1) return undefined;
  return words(nearest, options);
}

/** The one that came further, else nearer to its limits. */
function nearer(a: Outlook, b: Outlook): Outlook {
  const rank = ({ kind }: Outlook) => ['fails', 'hardly', 'behind'].indexOf(kind);
  if (rank(a) !== rank(b)) return rank(a) > rank(b) ? a : b;
  return b.judgement.shortfall < a.judgement.shortfall ? b : a;
}

function words(outlook: Outlook, options: Pick<HopelessOptions, 'campaign' | 'trial'>): string {
  const { trial } = options;
  const binding = (result: VerdictResult, show: (verdict: Verdict) => string) =>
    outlook.judgement.binding
      .filter((verdict) => verdict.result === result)
      .map(show)
      .join('; ');
  switch (outlook.kind) {
    case 'behind':
      return behindWords(trial, outlook);
    case 'hardly':
      return `it would hardly be seen to meet the requirements if all was measured: ${binding('inconclusive', (verdict) => soFar(verdict, options))}`;
    default:
      return `it cannot meet the requirements: ${binding('fail', (verdict) => shown(verdict, trial))}`;
  }
}

function behindWords(trial: Trial, { rival, by }: Extract<Outlook, { kind: 'behind' }>): string {
  const met = `it cannot be selected any more: ${rival.trial.label} meets every requirement and`;
  if (by === 'name') return `${met} no objective tells them apart`;
  const show = ({ metrics }: Pick<Rated, 'metrics'>) => {
    const measurement = metrics[by.metric];
    return measurement === undefined ? 'no measurement' : formatValue(measurement.value, measurement.unit);
  };
  return `${met} has the ${by.better} ${by.metric} (${show(rival.trial)} against ${show(trial)})`;
}

function soFar(
  { metric, ...verdict }: Verdict,
  { campaign, trial }: Pick<HopelessOptions, 'campaign' | 'trial'>,
) {
  const measurement = trial.metrics[metric];
  const evidence = evidenceOf(metric, campaign.performance);
  const after =
    measurement === undefined || evidence === 'fixed' ? '' : ` after ${measurement.n} ${evidence}`;
  const value = verdict.observed?.value;
  const is = value === undefined ? verdict.note : `is ${showObserved(value, verdict, measurement?.unit)}`;
  return `${metric} (${verdict.requirement}) ${is}${after}`;
}

function shown(verdict: Verdict, trial: Trial): string {
  const { metric, requirement, observed, confidence, note } = verdict;
  if (observed === null) return `${metric} (${requirement}): ${note}`;
  const show = (value: number) => showObserved(value, verdict, trial.metrics[metric]?.unit);
  const is = `${metric} (${requirement}) is ${show(observed.value)}`;
  if (observed.low === observed.high) return is;
  const percent = confidence > 0.9999 ? 'more than 99.99' : Number((confidence * 100).toFixed(2));
  return `${is} (${percent} %: ${show(observed.low)} to ${show(observed.high)})`;
}
