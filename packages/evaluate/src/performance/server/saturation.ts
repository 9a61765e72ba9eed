import { mean } from '../../statistics/mean.ts';
import { ofSide, type Side } from '../alternation.ts';
import type { OverlappingSamples } from '../performance-samples.ts';
import { meetsSlo } from './meets-slo.ts';
import type { ServedRound } from './served-request.ts';

/** Twice the load that brings less than this much more is no longer growth. */
const GROWTH = 1.05;
/** Levels without growth: one alone may be the machine's doing. */
const PATIENCE = 2;
/** Of the requests of a level, where there is an SLO: with fewer good ones the server is beyond what it can serve. */
const GOOD = 0.9;

/**
 * Whether a sweep has come to its end: every model's throughput has not grown over the last two levels, or the last one
 * is outside the SLO.
 */
export function isSaturated(levels: readonly OverlappingSamples[]): boolean {
  const last = levels.at(-1);
  return last !== undefined && sidesOf(last).every((side) => isPast(levels, side));
}

/**
 * Where a model is saturated: the lowest level whose throughput no level within the SLO exceeds by more than 5 %. Without a
 * level within the SLO, the first.
 */
export function saturation(levels: readonly OverlappingSamples[], side: Side): OverlappingSamples {
  const within = levels.filter((samples) => isGood(samples, side));
  const best = Math.max(...within.map((samples) => throughput(samples, side)));
  return within.find((samples) => GROWTH * throughput(samples, side) >= best) ?? levels[0]!;
}

/** Clients, or requests a second. */
export function levelOf({ load: { arrivals } }: OverlappingSamples): number {
  return 'rate' in arrivals ? arrivals.rate : arrivals.concurrency;
}

function isPast(levels: readonly OverlappingSamples[], side: Side): boolean {
  const last = levels.at(-1)!;
  if (!isGood(last, side)) return true;
  if (levels.length <= PATIENCE) return false;
  const rates = levels.map((samples) => throughput(samples, side));
  return Math.max(...rates.slice(-PATIENCE)) < GROWTH * Math.max(...rates.slice(0, -PATIENCE));
}

function isGood({ load, rounds }: OverlappingSamples, side: Side): boolean {
  const { slo } = load;
  if (slo === undefined) return true;
  const requests = ofSide(rounds, side).flatMap((round) => round.requests);
  return requests.filter((request) => meetsSlo(request, slo)).length >= GOOD * requests.length;
}

const sidesOf = ({ rounds }: OverlappingSamples): Side[] => [...new Set(rounds.map(({ side }) => side))];

const throughput = ({ rounds }: OverlappingSamples, side: Side): number =>
  mean(ofSide(rounds, side).map((round) => outputTokens(round) / round.seconds));

/** New tokens of all requests of a round. */
export const outputTokens = ({ requests }: ServedRound): number =>
  requests.reduce((sum, { itl }) => sum + itl.length + 1, 0);
