import type { Trial } from '../board/trial.ts';
import type { NearestMiss, Verdict } from './decision.ts';
import type { Judgement } from './judge.ts';
import { showObserved } from './show-observed.ts';

export interface JudgedTrial {
  trial: Trial;
  judgement: Judgement;
}

/** How many misses a decision lists for each model, target and scenario. */
const LISTED = 3;

/** The trials that came nearest to acceptance, undecided ones first, then by shortfall. */
export function nearestMisses(judged: readonly JudgedTrial[], scenario: string): NearestMiss[] {
  return judged
    .filter(({ judgement }) => judgement.result !== 'pass')
    .sort((a, b) => order(a) - order(b) || a.judgement.shortfall - b.judgement.shortfall || byId(a, b))
    .slice(0, LISTED)
    .map(({ trial, judgement }) => ({
      model: trial.model,
      target: trial.target,
      scenario,
      trial: trial.id,
      label: trial.label,
      failing: judgement.binding,
      shortfall: judgement.shortfall,
      relaxation: relaxation(judgement.binding, trial),
    }));
}

const order = ({ judgement }: JudgedTrial) => (judgement.result === 'inconclusive' ? 0 : 1);
const byId = (a: JudgedTrial, b: JudgedTrial) => (a.trial.id < b.trial.id ? -1 : 1);

/** The limits at which the trial's intervals would pass, as a sentence. */
function relaxation(binding: readonly Verdict[], trial: Trial): string {
  const changes = binding.map((verdict) => {
    if (verdict.observed === null) return `${verdict.metric} cannot pass: ${verdict.note}`;
    const needed = verdict.direction === 'at-most' ? verdict.observed.high : verdict.observed.low;
    const allowed = showObserved(needed, verdict, trial.metrics[verdict.metric]?.unit);
    return `${verdict.metric} "${verdict.requirement}" would have to allow ${allowed}`;
  });
  return `${changes.join('; and ')}.`;
}
