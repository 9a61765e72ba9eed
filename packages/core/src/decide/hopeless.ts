import { formatValue } from '../board/format-value.ts';
import type { Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Verdict } from './decision.ts';
import { judge, type Judgement } from './judge.ts';
import { showObserved } from './show-observed.ts';
import { type Advantage, type Rival, surelyBetter } from './surely-better.ts';

export interface HopelessOptions {
  campaign: Pick<Campaign, 'requirements' | 'performance' | 'objectives'>;
  /** With what is measured of it so far, and the effort of the look. */
  trial: Trial;
  /** Of the same model and target; undefined where it could not be measured. */
  baseline: Metrics | undefined;
  /** Whom it has to beat. @default nobody: meeting the requirements in one scenario is enough */
  rivals?: readonly Rival[];
}

/**
 * Why a trial cannot be selected any more in any scenario, as a sentence with its numbers; undefined while it can: it
 * misses the requirements for certain, or another that meets them is better for certain. What was not measured yet may
 * still hold.
 */
export function hopeless(options: HopelessOptions): string | undefined {
  const { campaign, trial, baseline, rivals = [] } = options;
  const { requirements, performance: scenarios } = campaign;
  let nearest: Judgement | undefined;
  let behind: string | undefined;
  for (const scenario of scenarios) {
    const judgement = judge({ requirements, trial, baseline, scenario, scenarios, unmeasured: 'open' });
    if (judgement.result === 'fail') {
      if (nearest === undefined || judgement.shortfall < nearest.shortfall) nearest = judgement;
      continue;
    }
    const ahead = rivals
      .filter((rival) => rival.scenario === scenario.name && rival.trial.id !== trial.id)
      .map(({ trial: rival }) => ({ rival, by: surelyBetter({ campaign, scenario, rival, trial }) }))
      .find(({ by }) => by !== undefined);
    if (ahead === undefined) return undefined;
    behind ??= behindWords(trial, ahead.rival, ahead.by!);
  }
  return behind ?? `it cannot meet the requirements: ${failures(nearest!).map(shown(trial)).join('; ')}`;
}

function behindWords(trial: Pick<Trial, 'metrics'>, rival: Rival['trial'], by: Advantage): string {
  const met = `it cannot be selected any more: ${rival.label} meets every requirement and`;
  if (by === 'name') return `${met} is its equal in every objective`;
  const show = ({ metrics }: Pick<Trial, 'metrics'>) => {
    const measurement = metrics[by.metric];
    return measurement === undefined ? 'no measurement' : formatValue(measurement.value, measurement.unit);
  };
  return `${met} has the ${by.better} ${by.metric} (${show(rival)} against ${show(trial)})`;
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
