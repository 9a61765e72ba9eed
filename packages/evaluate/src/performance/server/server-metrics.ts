import type { Comparison, Measurement, Metrics } from '@quantloop/core';
import { mean } from '../../statistics/mean.ts';
import { quantile } from '../../statistics/quantile.ts';
import { ofSide } from '../alternation.ts';
import { blocksOf } from '../blocks.ts';
import type { OverlappingSamples } from '../performance-samples.ts';
import { CONVENTION, PERCENTILES, TIMINGS } from '../timings.ts';
import { quantileByRequest } from '../resampled-quantile.ts';
import { compareTrimmed, trimmedInterval } from '../trimmed-interval.ts';
import { meetsSlo } from './meets-slo.ts';
import { levelOf, outputTokens, saturation } from './saturation.ts';
import type { ServedRound } from './served-request.ts';

/**
 * The metrics of one load of a server. Requests of a round depend on each other, rounds do not: intervals resample
 * rounds, and a comparison pairs them, or blocks of them where the machine was disturbed.
 */
export function serverMetrics(samples: OverlappingSamples, name = samples.load.name): Metrics {
  const { slo } = samples.load;
  const metrics: Metrics = {};
  for (const [timing, timesOf] of Object.entries(TIMINGS)) {
    for (const [percentile, q] of Object.entries(PERCENTILES)) {
      metrics[`${name}.${timing}.${percentile}`] = latency(
        samples,
        (round) => round.requests.flatMap(timesOf),
        q,
      );
    }
  }
  const perSecond = (count: (round: ServedRound) => number, unit: string) =>
    rate(samples, (round) => count(round) / round.seconds, unit);
  metrics[`${name}.tokens_per_second`] = perSecond(outputTokens, 'tokens/s');
  metrics[`${name}.total_tokens_per_second`] = perSecond(
    (round) => outputTokens(round) + round.requests.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    'tokens/s',
  );
  metrics[`${name}.requests_per_second`] = perSecond(({ requests }) => requests.length, 'requests/s');
  if (slo !== undefined) {
    const good = ({ requests }: ServedRound) => requests.filter((request) => meetsSlo(request, slo)).length;
    metrics[`${name}.goodput`] = perSecond(good, 'requests/s');
    metrics[`${name}.goodput_share`] = rate(samples, (round) => good(round) / round.requests.length, '');
  }
  return metrics;
}

/** A sweep's end: the level at which the candidate is saturated, by its own name and as `saturation`. */
export function saturationMetrics(scenario: string, levels: readonly OverlappingSamples[]): Metrics {
  const end = saturation(levels, 'candidate');
  const exact = (value: number) => ({ value, low: value, high: value });
  const baseline = end.rounds.some(({ side }) => side === 'baseline')
    ? levelOf(saturation(levels, 'baseline'))
    : undefined;
  const level = levelOf(end);
  const kind = 'rate' in end.load.arrivals ? 'rate' : 'concurrency';
  return {
    ...serverMetrics(end, `${scenario}.saturation`),
    [`${scenario}.saturation.${kind}`]: {
      ...exact(level),
      unit: kind === 'rate' ? 'requests/s' : 'clients',
      n: levels.length,
      higherIsBetter: true,
      convention: 'doubling-until-growth-below-5%',
      ...(baseline !== undefined && {
        versusBaseline: {
          difference: exact(level - baseline),
          ratio: exact(level / baseline),
          pairs: levels.length,
          test: 'exact',
        },
      }),
    },
  };
}

function latency(
  samples: OverlappingSamples,
  timesOf: (round: ServedRound) => number[],
  q: number,
): Measurement {
  return {
    ...quantileByRequest(ofSide(samples.rounds, 'candidate').map(timesOf), q),
    unit: 's',
    n: countRequests(samples),
    higherIsBetter: false,
    convention: CONVENTION,
    ...versus(samples, (rounds) => quantile(rounds.flatMap(timesOf), q)),
  };
}

function rate(
  samples: OverlappingSamples,
  valueOf: (round: ServedRound) => number,
  unit: string,
): Measurement {
  const { value, low, high } = trimmedInterval(ofSide(samples.rounds, 'candidate').map(valueOf));
  const bounded =
    unit === '' ? { low: Math.max(0, low), high: Math.min(1, high) } : { low: Math.max(0, low), high };
  return {
    value,
    ...bounded,
    unit,
    n: countRequests(samples),
    higherIsBetter: true,
    convention: CONVENTION,
    ...versus(samples, (rounds) => mean(rounds.map(valueOf))),
  };
}

const countRequests = ({ rounds }: OverlappingSamples) =>
  ofSide(rounds, 'candidate').reduce((sum, { requests }) => sum + requests.length, 0);

/** A ratio needs something to divide by: rounds without any good request have none. */
function versus(
  { rounds, machine }: OverlappingSamples,
  valueOf: (rounds: ServedRound[]) => number,
): { versusBaseline?: Comparison } {
  const pairs = ofSide(rounds, 'baseline').length;
  if (pairs === 0) return {};
  const blocks = blocksOf(rounds, machine);
  const [ours, theirs] = (['candidate', 'baseline'] as const).map((side) =>
    blocks.map((block) => valueOf(block[side])),
  ) as [number[], number[]];
  const comparable = [...ours, ...theirs].every((value) => value > 0);
  return comparable ? { versusBaseline: { ...compareTrimmed(ours, theirs), pairs } } : {};
}
