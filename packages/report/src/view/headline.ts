import { compare, type Axis, type Estimate, type Trial } from '@quantloop/core';
import { formatInterval, formatMeasurement, formatPercent, formatRatio, NOTHING } from './format.ts';
import type { Board, Case } from './report-view.ts';

/** One of the big numbers: the winner against the baseline. */
export interface Headline {
  title: string;
  value: string;
  /** What was measured, the two values behind the number, its interval. */
  details: string[];
}

/** Quality kept, times faster, times smaller. */
export function headlines(board: Board, { speed, winner }: Case): Headline[] {
  if (winner === undefined) return [];
  const { baseline, quality } = board;
  const size: Axis = { metric: 'model.bytes', higherIsBetter: false };
  return [
    ...(quality === undefined ? [] : [qualityKept(quality, winner, baseline)]),
    winner.simulated
      ? { title: 'faster', value: NOTHING, details: ['simulated on this target: its speed is not evidence'] }
      : gain(speed, ['faster', 'slower'], winner, baseline),
    gain(size, ['smaller', 'larger'], winner, baseline),
  ];
}

function qualityKept(axis: Axis, winner: Trial, baseline: Trial | undefined): Headline {
  const kept = gainOf(axis, winner, baseline);
  const measurement = winner.metrics[axis.metric];
  if (kept === undefined) {
    const details = [axis.metric, formatInterval(measurement)].filter((line) => line !== '');
    return { title: 'quality', value: formatMeasurement(measurement), details };
  }
  return {
    title: 'of the quality kept',
    value: formatPercent(kept.value),
    details: details(axis, winner, baseline, kept, formatPercent),
  };
}

function gain(axis: Axis, words: [string, string], winner: Trial, baseline: Trial | undefined): Headline {
  const times = gainOf(axis, winner, baseline);
  if (times === undefined) {
    return {
      title: words[0],
      value: NOTHING,
      details: [`${axis.metric} cannot be compared with the baseline`],
    };
  }
  const [value, title] = gainWords(times.value, words);
  return { title, value, details: details(axis, winner, baseline, times, formatRatio) };
}

/** `1.75×` with the first word, or `1.20×` with the second where it is a loss. */
export function gainWords(times: number, [better, worse]: [string, string]): [string, string] {
  return times >= 0.995 ? [formatRatio(times), better] : [formatRatio(1 / times), worse];
}

function details(
  { metric }: Axis,
  winner: Trial,
  baseline: Trial | undefined,
  { low, high }: Estimate,
  show: (value: number) => string,
): string[] {
  const [from, to] = [baseline, winner].map((trial) => formatMeasurement(trial?.metrics[metric]));
  const interval = low === high ? [] : [`95 % interval ${show(low)} to ${show(high)}`];
  return [metric, `${from} → ${to}`, ...interval];
}

/** How many times better than the baseline, with its interval; undefined where it cannot be said. */
export function gainOf(axis: Axis, trial: Trial, baseline: Trial | undefined): Estimate | undefined {
  const candidate = trial.metrics[axis.metric];
  const base = baseline?.metrics[axis.metric];
  if (candidate === undefined || base === undefined) return undefined;
  // The baseline against itself is 1 by definition, whatever the width of its interval.
  if (trial.id === baseline?.id) return { value: 1, low: 1, high: 1 };
  const { value, low, high } = compare(candidate, base).ratio;
  const gained = axis.higherIsBetter
    ? { value, low, high }
    : { value: 1 / value, low: 1 / high, high: 1 / low };
  return Object.values(gained).every(Number.isFinite) ? gained : undefined;
}
