import {
  metricsThatCount,
  type Campaign,
  type Decision,
  type Measurement,
  type Trial,
} from '@quantloop/core';
import type { ReportInput } from '../report-input.ts';

/** What a page carries of a run, as JSON: what follows from the trials alone is worked out anew where it is shown. */
export interface PageFacts extends Omit<ReportInput, 'decision' | 'answers'> {
  decision: Omit<Decision, 'verdicts' | 'front' | 'baseline'>;
}

/** Digits of numbers that nothing is decided by: more than any screen resolves. */
const DIGITS = 6;

/** The facts of a run for its page. Metrics that requirements or objectives go by keep every digit. */
export function pageFacts({ decision, answers: _, campaign, trials, ...run }: ReportInput): PageFacts {
  const { verdicts: _verdicts, front: _front, baseline: _baseline, ...decided } = decision;
  const exact = exactMetrics(campaign);
  return { ...run, campaign, trials: trials.map((trial) => shortened(trial, exact)), decision: decided };
}

function exactMetrics(campaign: Campaign): ReadonlySet<string> {
  return new Set(campaign.performance.flatMap((scenario) => [...metricsThatCount(campaign, scenario)]));
}

function shortened(trial: Trial, exact: ReadonlySet<string>): Trial {
  const metrics = Object.entries(trial.metrics).map(([name, measurement]): [string, Measurement] => [
    name,
    exact.has(name) ? measurement : rounded(measurement),
  ]);
  return { ...trial, metrics: Object.fromEntries(metrics) };
}

const rounded = (measurement: Measurement): Measurement =>
  JSON.parse(JSON.stringify(measurement), (_key, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value,
  ) as Measurement;
