import { formatValue } from '../board/format-value.ts';
import type { Estimate, Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Scenario } from '../campaign/scenario.ts';
import {
  limitOf,
  type LimitKind,
  type MetricRequirement,
  type Requirement,
} from '../campaign/requirement.ts';
import { FULL_EFFORT } from '../board/evidence.ts';
import { evidenceOf } from '../plan/evidence-of.ts';
import { SPEED } from '../plan/known-metrics.ts';
import { headline } from '../plan/scenario-metrics.ts';
import { applicable } from './applicable.ts';
import { atConfidence } from './at-confidence.ts';
import type { Verdict, VerdictResult } from './decision.ts';
import { lookConfidence } from './look-confidence.ts';
import { observe } from './observe.ts';

/** Of a requirement that says nothing else. */
export const CONFIDENCE = 0.95;

export interface JudgeOptions {
  requirements: Requirement;
  trial: Trial;
  /** The baseline's metrics on the same model and target; undefined when the baseline could not be measured. */
  baseline: Metrics | undefined;
  scenario: Scenario;
  /** All scenarios of the campaign: a simulated trial's figures under any of them are no evidence. */
  scenarios: readonly Scenario[];
  /** Of a trial that is not measured to its end, what is missing may yet hold: `open`. @default fail */
  unmeasured?: 'open';
}

export interface Judgement {
  result: VerdictResult;
  /** One per limit, in the order written. */
  verdicts: Verdict[];
  /** How far from acceptable: 0 when it passes; of alternatives the smallest, of joint demands the largest. */
  shortfall: number;
  /** The verdicts that stand between the trial and acceptance. */
  binding: Verdict[];
}

/** Judges a trial by all requirements that count on its target in the scenario, three-valued: pass, fail, inconclusive. */
export function judge(options: JudgeOptions): Judgement {
  const { requirements, trial, scenario } = options;
  const counting = applicable(requirements, { target: trial.target, scenario: scenario.name });
  if (counting === undefined) return { result: 'pass', verdicts: [], shortfall: 0, binding: [] };
  return judgeTree(counting, options);
}

function judgeTree(requirement: Requirement, options: JudgeOptions): Judgement {
  if ('all' in requirement) {
    const parts = requirement.all.map((part) => judgeTree(part, options));
    return {
      result: worst(parts.map((part) => part.result)),
      verdicts: parts.flatMap((part) => part.verdicts),
      shortfall: Math.max(...parts.map((part) => part.shortfall)),
      binding: parts.flatMap((part) => part.binding),
    };
  }
  if ('any' in requirement) {
    const parts = requirement.any.map((part) => judgeTree(part, options));
    const nearest = parts.reduce((best, part) => (part.shortfall < best.shortfall ? part : best));
    const result = best(parts.map((part) => part.result));
    return {
      result,
      verdicts: parts.flatMap((part) => part.verdicts),
      shortfall: nearest.shortfall,
      binding: result === 'pass' ? [] : nearest.binding,
    };
  }
  const verdict = judgeLimit(requirement, options);
  return {
    result: verdict.result,
    verdicts: [verdict],
    shortfall: verdict.shortfall,
    binding: verdict.result === 'pass' ? [] : [verdict],
  };
}

const ORDER: readonly VerdictResult[] = ['fail', 'inconclusive', 'pass'];
const worst = (results: VerdictResult[]) => ORDER.find((result) => results.includes(result)) ?? 'pass';
const best = (results: VerdictResult[]) => ORDER.findLast((result) => results.includes(result)) ?? 'fail';

function judgeLimit(requirement: MetricRequirement, options: JudgeOptions): Verdict {
  const { trial, baseline, scenario, scenarios } = options;
  const metric = requirement.metric === SPEED ? headline(scenario).name : requirement.metric;
  const { kind, limit } = limitOf(requirement);
  const asked = requirement.confidence ?? CONFIDENCE;
  const evidence = evidenceOf(metric, scenarios);
  const { alpha } = trial.effort ?? FULL_EFFORT;
  const confidence = evidence === 'fixed' ? asked : lookConfidence(asked, alpha[evidence]);
  const negated = requirement.not === true;
  const candidate = trial.metrics[metric];
  const base = baseline?.[metric];
  const words = describeLimit(kind, limit.value, limit.relative, candidate?.unit ?? base?.unit ?? '');
  const shown = negated ? `not ${words}` : words;
  const direction = kind.startsWith('min') === negated ? 'at-most' : 'at-least';
  const open = {
    metric,
    requirement: shown,
    confidence,
    limit: limit.value,
    direction,
    observed: null,
    gate: null,
  } as const;
  if (trial.simulated && evidence === 'repetitions') {
    const note = 'simulated on this target: its speed is not evidence';
    return { ...open, result: 'fail', shortfall: 1, note };
  }
  if (candidate === undefined) {
    const result = options.unmeasured === 'open' ? 'inconclusive' : 'fail';
    return { ...open, result, shortfall: 1, note: `${metric} was not measured` };
  }
  const seen = observe({ kind, relative: limit.relative, candidate, baseline: base });
  if (seen === undefined) {
    return { ...open, result: 'inconclusive', shortfall: 1, note: `the baseline has no ${metric}` };
  }
  const observed = atConfidence(seen.observed, confidence);
  if (!Object.values(observed).every(Number.isFinite)) {
    const note = `nothing can be related to the baseline's ${metric}, which is ${base?.value}`;
    return { ...open, result: 'inconclusive', shortfall: 1, note };
  }
  const result = settle(observed, limit.value, { direction, negated });
  return {
    ...open,
    result,
    observed,
    gate: seen.gate(limit.value),
    shortfall: result === 'pass' ? 0 : shortfallOf(observed.value, limit.value, direction),
  };
}

/** On the limit itself a limit holds, and its negation does not. */
function settle(
  { low, high }: Estimate,
  limit: number,
  { direction, negated }: { direction: Verdict['direction']; negated: boolean },
): VerdictResult {
  const within = negated ? (value: number) => value < limit : (value: number) => value <= limit;
  const beyond = negated ? (value: number) => value > limit : (value: number) => value >= limit;
  const holds = direction === 'at-most' ? within : beyond;
  return holds(low) && holds(high) ? 'pass' : holds(low) || holds(high) ? 'inconclusive' : 'fail';
}

/** Distance beyond the limit over the size of the limit, so that limits of different units can be ranked together. */
function shortfallOf(value: number, limit: number, direction: Verdict['direction']): number {
  const beyond = direction === 'at-most' ? value - limit : limit - value;
  return Math.max(0, beyond) / Math.max(Math.abs(limit), 1e-9);
}

const WORDS: Record<LimitKind, string> = {
  min: 'at least',
  max: 'at most',
  maxDrop: 'drop at most',
  maxIncrease: 'increase at most',
  minRecovery: 'recovery at least',
  minSpeedup: 'speedup at least',
  maxRatio: 'ratio at most',
};

function describeLimit(kind: LimitKind, value: number, relative: boolean, unit: string): string {
  if (kind === 'minSpeedup' || kind === 'maxRatio') return `${WORDS[kind]} ${value}×`;
  if (relative || kind === 'minRecovery') return `${WORDS[kind]} ${formatValue(value, 'fraction')}`;
  return `${WORDS[kind]} ${formatValue(value, unit)}`;
}
