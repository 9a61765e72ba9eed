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
  return nearest(judged.filter(({ judgement }) => judgement.result !== 'pass')).map(
    ({ trial, judgement }) => ({
      model: trial.model,
      target: trial.target,
      scenario,
      trial: trial.id,
      label: trial.label,
      failing: judgement.binding,
      shortfall: judgement.shortfall,
      relaxation: relaxation(judgement.binding, trial),
    }),
  );
}

/** The first few in the order of `compare`, without sorting a board of 100,000. */
function nearest(misses: readonly JudgedTrial[]): JudgedTrial[] {
  const found: JudgedTrial[] = [];
  for (const miss of misses) {
    if (found.length === LISTED && compare(miss, found.at(-1)!) > 0) continue;
    found.push(miss);
    found.sort(compare);
    found.splice(LISTED);
  }
  return found;
}

const compare = (a: JudgedTrial, b: JudgedTrial): number =>
  order(a) - order(b) || a.judgement.shortfall - b.judgement.shortfall || byId(a, b);
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
