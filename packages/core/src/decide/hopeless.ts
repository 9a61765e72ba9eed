import type { Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Verdict } from './decision.ts';
import { judge, type Judgement } from './judge.ts';
import { showObserved } from './show-observed.ts';

export interface HopelessOptions {
  campaign: Pick<Campaign, 'requirements' | 'performance'>;
  /** With what is measured of it so far, and the effort of the look. */
  trial: Trial;
  /** Of the same model and target; undefined where it could not be measured. */
  baseline: Metrics | undefined;
}

/**
 * Why a trial cannot meet the requirements any more in any scenario, as a sentence with its numbers; undefined while it
 * can. What was not measured yet may still hold.
 */
export function hopeless({ campaign, trial, baseline }: HopelessOptions): string | undefined {
  const { requirements, performance: scenarios } = campaign;
  const judgements = scenarios.map((scenario) =>
    judge({ requirements, trial, baseline, scenario, scenarios, unmeasured: 'open' }),
  );
  if (judgements.some(({ result }) => result !== 'fail')) return undefined;
  const nearest = judgements.reduce((best, each) => (each.shortfall < best.shortfall ? each : best));
  return `it cannot meet the requirements: ${failures(nearest).map(shown(trial)).join('; ')}`;
}

/** Of several demands only those that fail for certain. */
const failures = ({ binding }: Judgement) => binding.filter(({ result }) => result === 'fail');

const shown =
  (trial: Trial) =>
  (verdict: Verdict): string => {
    const { metric, requirement, observed, confidence, note } = verdict;
    if (observed === null) return `${metric} (${requirement}): ${note}`;
    const show = (value: number) => showObserved(value, verdict, trial.metrics[metric]?.unit);
    const is = `${metric} (${requirement}) is ${show(observed.value)}`;
    if (observed.low === observed.high) return is;
    const percent = Number((confidence * 100).toFixed(2));
    return `${is} (${percent} %: ${show(observed.low)} to ${show(observed.high)})`;
  };
