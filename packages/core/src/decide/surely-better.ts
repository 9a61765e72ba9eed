import cdf from '@stdlib/stats-base-dists-normal-cdf';
import { FULL_EFFORT, MOST_REPETITIONS } from '../board/evidence.ts';
import type { Estimate } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { evidenceOf } from '../plan/evidence-of.ts';
import { betweenJobs, estimatesOn } from './estimates-on.ts';
import { atConfidence, zOf } from './at-confidence.ts';
import { lookConfidence } from './look-confidence.ts';
import { HARDLY } from './prospect.ts';
import { isSingle, objectiveChain, readObjective } from './read-objective.ts';

/** What is compared of a trial. */
export type Rated = Pick<Trial, 'id' | 'label' | 'recipe' | 'simulated' | 'effort' | 'metrics'>;

/** A trial that meets every requirement in a scenario, as far as it takes to compare with it. */
export interface Rival {
  scenario: string;
  trial: Rated;
}

/** Which objective tells two trials apart; `name` where none does and the order of names decides. */
export type Advantage = { metric: string; better: 'smaller' | 'larger' } | 'name';

export interface CompareOptions {
  campaign: Pick<Campaign, 'objectives' | 'performance'>;
  scenario: Scenario;
  /** A trial that meets every requirement. */
  rival: Rated;
  trial: Rated;
}

/** How a trial stands to a rival, whatever further looks bring. `open`: more of what the metric rests on may tell. */
export type Race =
  { kind: 'behind'; by: Advantage } | { kind: 'ahead' } | { kind: 'open'; metric: string | undefined };

/**
 * Goes by the first objective that does not tie them for good. What both have in full as far as the campaign measures it,
 * within the noise of each other, is a tie, and the next objective decides; so is what more documents or repetitions would
 * hardly tell apart in the trial's favour.
 */
export function raceOf(options: CompareOptions): Race {
  const { campaign, scenario, rival, trial } = options;
  for (const objective of objectiveChain(campaign.objectives)) {
    // What several metrics make together is compared when all are complete.
    if (!isSingle(objective)) return { kind: 'open', metric: undefined };
    const { metric, smallest } = readObjective(objective, scenario);
    const standing = compareOn(metric, smallest, options);
    if (standing === 'better') {
      return { kind: 'behind', by: { metric, better: smallest ? 'smaller' : 'larger' } };
    }
    if (standing === 'worse') return { kind: 'ahead' };
    if (standing === 'open') return { kind: 'open', metric };
  }
  return rival.id < trial.id ? { kind: 'behind', by: 'name' } : { kind: 'ahead' };
}

/** By what a trial stays behind a rival, whatever further looks bring. Undefined while it may come out ahead. */
export function surelyBetter(options: CompareOptions): Advantage | undefined {
  const race = raceOf(options);
  return race.kind === 'behind' ? race.by : undefined;
}

/** How the rival stands to the trial. `open`: more documents or repetitions may yet put the trial ahead. */
export function compareOn(
  metric: string,
  smallest: boolean,
  { campaign, rival, trial }: Pick<CompareOptions, 'campaign' | 'rival' | 'trial'>,
): 'better' | 'worse' | 'tied' | 'open' {
  const evidence = evidenceOf(metric, campaign.performance);
  if (evidence === 'repetitions' && (rival.simulated || trial.simulated)) {
    if (rival.simulated) return trial.simulated ? 'tied' : 'open';
    return rival.metrics[metric] === undefined ? 'open' : 'better';
  }
  const [a, b] = estimatesOn([rival, trial], metric);
  if (a === undefined || b === undefined) return 'open';
  const [x, y] = evidence === 'documents' ? [asSeen(a, rival), asSeen(b, trial)] : [a, b];
  if (smallest ? x.high < y.low : x.low > y.high) return 'better';
  if (smallest ? y.high < x.low : y.low > x.high) return 'worse';
  if (evidence === 'fixed') return 'tied';
  const ahead = smallest ? a.value - b.value : b.value - a.value;
  const both = [errorOf(a, rival, evidence), errorOf(b, trial, evidence)];
  return chanceToSeparate(ahead, both) < HARDLY ? 'tied' : 'open';
}

/** Standard error of an estimate, the part of the evidence that it rests on, and what no more of it takes away. */
interface Uncertain {
  error: number;
  seen: number;
  floor: number;
}

function errorOf(
  { value, low, high }: Estimate,
  { effort = FULL_EFFORT }: Rated,
  evidence: 'documents' | 'repetitions',
): Uncertain {
  const floor = evidence === 'documents' ? 0 : betweenJobs(value);
  const seen = evidence === 'documents' ? effort.share : effort.repetitions / MOST_REPETITIONS;
  return { error: ((high - low) / 2 - floor) / zOf(0.95), seen, floor };
}

/** Of two intervals coming to lie apart when all is in, if what is still to come is like what came. */
function chanceToSeparate(ahead: number, both: readonly Uncertain[]): number {
  const widths = both.reduce(
    (sum, { error, seen, floor }) => sum + floor + zOf(0.95) * error * Math.sqrt(seen),
    0,
  );
  const open = Math.hypot(...both.map(({ error, seen }) => error * Math.sqrt(1 - seen)));
  return open === 0 ? 0 : cdf((ahead - widths) / open, 0, 1);
}

const asSeen = (estimate: Estimate, { effort = FULL_EFFORT }: Rated): Estimate =>
  atConfidence(estimate, lookConfidence(0.95, effort.alpha.documents));
