import {
  bytesOnDisk,
  exactBytes,
  type Campaign,
  type Comparison,
  type Estimate,
  headline,
  hopeless,
  type Look,
  type Measurement,
  type Metrics,
  MOST_REPETITIONS,
  type PlannedTrial,
  seenDocuments,
  type Trial,
} from '@quantloop/core';
import { meanInterval } from '../src/statistics/mean-interval.ts';
import { pairedProportions } from '../src/statistics/paired-proportions.ts';
import { pairedRatio } from '../src/statistics/paired-ratio.ts';
import { proportionInterval } from '../src/statistics/proportion-interval.ts';
import { documentSeconds, repetitionSeconds } from './cost.ts';
import type { Evidence } from './evidence.ts';
import type { Truth } from './world.ts';

/** What has been measured of a trial so far; a further look adds to it. */
export interface Seen {
  documents: Record<string, number>;
  repetitions: number;
}

export interface MeasureOptions {
  campaign: Campaign;
  plan: PlannedTrial;
  look: Look;
  truth: Truth;
  evidence: Evidence;
  /** The model and target's. Absent for the baseline itself. */
  baseline?: { row: Trial; evidence: Evidence; truth: Truth };
  /** By earlier looks; updated. */
  seen: Seen;
}

/** A look at a trial as its workflow takes it: size, documents, timings; given up between them once it is hopeless. */
export function measure(options: MeasureOptions): { trial: Trial; seconds: number } {
  const { campaign, plan, look, truth, evidence, baseline, seen } = options;
  const { effort, rivals } = look;
  const metrics: Metrics = {};
  const trial: Trial = {
    ...plan.trial,
    effort,
    status: 'measured',
    metrics,
    artifact,
    stages: {},
    provenance: {},
  };
  let seconds = 0;

  metrics['model.bytes'] = bytesOnDisk(truth.bytes, baseline?.truth.bytes);
  if (isHopeless()) return { trial, seconds };
  for (const check of campaign.fidelity) {
    if (check.kind !== 'task') continue;
    const documents = seenDocuments(check.documents!, effort.share);
    seconds += Math.max(0, documents - (seen.documents[check.name] ?? 0)) * documentSeconds(check.name);
    seen.documents[check.name] = Math.max(documents, seen.documents[check.name] ?? 0);
    if (check.name === 'wikitext')
      metrics['wikitext.word_perplexity'] = perplexity(
        evidence.loss.slice(0, documents),
        baseline?.evidence.loss,
      );
    else
      metrics[`${check.name}.acc`] = proportion(
        evidence.right[check.name]!.slice(0, documents),
        baseline?.evidence.right[check.name],
      );
  }
  if (isHopeless()) return { trial, seconds };
  for (const scenario of campaign.performance) {
    const { own, baseline: alternating } = evidence.timings[scenario.name]!;
    const count = (own.length / MOST_REPETITIONS) * effort.repetitions;
    const timings = { own: own.slice(0, count), baseline: alternating.slice(0, count) };
    const { name, higherIsBetter } = headline(scenario);
    metrics[name] = timed(timings, higherIsBetter, baseline !== undefined);
    seconds +=
      (own.length / MOST_REPETITIONS) *
      Math.max(0, effort.repetitions - seen.repetitions) *
      repetitionSeconds(scenario);
  }
  seen.repetitions = Math.max(seen.repetitions, effort.repetitions);
  metrics['memory.peak'] = exactBytes(truth.memory, {
    convention: 'simulated',
    baseline: baseline?.truth.memory,
  });
  return { trial, seconds };

  function isHopeless(): boolean {
    if (rivals === undefined || baseline === undefined) return false;
    const reason = hopeless({ campaign, trial, baseline: baseline.row.metrics, rivals });
    if (reason === undefined) return false;
    trial.status = 'stopped';
    trial.stopped = reason;
    return true;
  }
}

const artifact = { digest: `sha256:${'0'.repeat(64)}`, size: 1, mediaType: 'application/octet-stream' };

const numbers = (unit: string, n: number, higherIsBetter: boolean) => ({
  unit,
  n,
  higherIsBetter,
  convention: 'simulated',
});

function proportion(right: number[], baseline: readonly number[] | undefined): Measurement {
  const successes = right.reduce((sum, one) => sum + one, 0);
  return {
    ...proportionInterval(successes, right.length),
    ...numbers('fraction', right.length, true),
    ...(baseline !== undefined && {
      versusBaseline: pairedProportions(right, baseline.slice(0, right.length)),
    }),
  };
}

/** By the t interval of the documents' losses, paired with the baseline's. */
function perplexity(loss: number[], baseline: readonly number[] | undefined): Measurement {
  const exponential = (values: number[]): Estimate => {
    const { value, low, high } = meanInterval(values);
    return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
  };
  const own = exponential(loss);
  const measurement = { ...own, ...numbers('perplexity', loss.length, false) };
  if (baseline === undefined) return measurement;
  const ratio = exponential(loss.map((value, i) => value - baseline[i]!));
  const base = own.value / ratio.value;
  const difference = {
    value: base * (ratio.value - 1),
    low: base * (ratio.low - 1),
    high: base * (ratio.high - 1),
  };
  return { ...measurement, versusBaseline: { difference, ratio, pairs: loss.length, test: 'paired-t' } };
}

/** Rates as they are, latencies as seconds a token. */
function timed(
  timings: { own: number[]; baseline: number[] },
  higherIsBetter: boolean,
  paired: boolean,
): Measurement {
  const read = (speeds: number[]) => (higherIsBetter ? speeds : speeds.map((speed) => 1 / speed));
  const own = read(timings.own);
  const { value, low, high } = meanInterval(own);
  const versusBaseline: Comparison = pairedRatio(own, read(timings.baseline));
  return {
    ...{ value, low, high },
    ...numbers(higherIsBetter ? 'tokens/s' : 's', own.length, higherIsBetter),
    ...(paired && { versusBaseline }),
  };
}
