import cdf from '@stdlib/stats-base-dists-normal-cdf';
import { FULL_EFFORT } from '../board/evidence.ts';
import type { Estimate } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { evidenceOf } from '../plan/evidence-of.ts';
import { estimatesOn } from './estimates-on.ts';
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

/**
 * By what a trial stays behind a rival, whatever further looks bring: the first objective that does not tie them for
 * good. Undefined while it may come out ahead. What both have in full as far as the campaign measures it, within the
 * noise of each other, is a tie, and the next objective decides; so is what more documents would hardly tell apart in
 * the trial's favour.
 */
export function surelyBetter(options: CompareOptions): Advantage | undefined {
  const { campaign, scenario, rival, trial } = options;
  for (const objective of objectiveChain(campaign.objectives)) {
    // What several metrics make together is compared when all are complete.
    if (!isSingle(objective)) return undefined;
    const { metric, smallest } = readObjective(objective, scenario);
    const standing = compareOn(metric, smallest, options);
    if (standing === 'better') return { metric, better: smallest ? 'smaller' : 'larger' };
    if (standing !== 'tied') return undefined;
  }
  return rival.id < trial.id ? 'name' : undefined;
}

/** How the rival stands to the trial. `open`: more documents may yet put the trial ahead. */
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
  if (evidence !== 'documents') return 'tied';
  const ahead = smallest ? a.value - b.value : b.value - a.value;
  return chanceToSeparate(ahead, [errorOf(a, rival), errorOf(b, trial)]) < HARDLY ? 'tied' : 'open';
}

/** Standard error of an estimate, and the part of the documents that it rests on. */
interface Uncertain {
  error: number;
  seen: number;
}

const errorOf = ({ low, high }: Estimate, { effort = FULL_EFFORT }: Rated): Uncertain => ({
  error: (high - low) / 2 / zOf(0.95),
  seen: effort.share,
});

/** Of two intervals coming to lie apart when all documents are in, if what is still to come is like what came. */
function chanceToSeparate(ahead: number, both: readonly Uncertain[]): number {
  const widths = both.reduce((sum, { error, seen }) => sum + zOf(0.95) * error * Math.sqrt(seen), 0);
  const open = Math.hypot(...both.map(({ error, seen }) => error * Math.sqrt(1 - seen)));
  return open === 0 ? 0 : cdf((ahead - widths) / open, 0, 1);
}

const asSeen = (estimate: Estimate, { effort = FULL_EFFORT }: Rated): Estimate =>
  atConfidence(estimate, lookConfidence(0.95, effort.alpha.documents));
