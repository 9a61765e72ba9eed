import { formatValue } from '../board/format-value.ts';
import type { Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Scenario } from '../campaign/scenario.ts';
import {
  LIMIT_KINDS,
  type LimitKind,
  type MetricRequirement,
  type Requirement,
} from '../campaign/requirement.ts';
import { SPEED } from '../plan/known-metrics.ts';
import { headline } from '../plan/scenario-metrics.ts';
import type { Verdict, VerdictResult } from './decision.ts';
import { observe } from './observe.ts';

export interface JudgeOptions {
  requirements: Requirement;
  trial: Trial;
  /** The baseline's metrics on the same model and target; undefined when the baseline could not be measured. */
  baseline: Metrics | undefined;
  scenario: Scenario;
  /** All scenarios of the campaign: a simulated trial's figures under any of them are no evidence. */
  scenarios: readonly Scenario[];
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

/** Judges a measured trial by the whole tree of requirements, three-valued: pass, fail, inconclusive. */
export function judge(options: JudgeOptions): Judgement {
  return judgeTree(options.requirements, options);
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
  const kind = LIMIT_KINDS.find((name) => requirement[name] !== undefined)!;
  const limit = requirement[kind]!;
  const candidate = trial.metrics[metric];
  const base = baseline?.[metric];
  const shown = describeLimit(kind, limit.value, limit.relative, candidate?.unit ?? base?.unit ?? '');
  const open = { metric, requirement: shown, limit: limit.value, observed: null, gate: null } as const;
  const direction = kind === 'min' || kind.startsWith('min') ? 'at-least' : 'at-most';
  if (candidate === undefined) {
    return { ...open, direction, result: 'fail', shortfall: 1, note: `${metric} was not measured` };
  }
  if (trial.simulated && scenarios.some(({ name }) => metric.startsWith(`${name}.`))) {
    const note = 'simulated on this target: its speed is not evidence';
    return { ...open, direction, result: 'fail', shortfall: 1, note };
  }
  const seen = observe({ kind, relative: limit.relative, candidate, baseline: base });
  if (seen === undefined) {
    return {
      ...open,
      direction,
      result: 'inconclusive',
      shortfall: 1,
      note: `the baseline has no ${metric}`,
    };
  }
  const { observed } = seen;
  if (!Object.values(observed).every(Number.isFinite)) {
    const note = `nothing can be related to the baseline's ${metric}, which is ${base?.value}`;
    return { ...open, direction, result: 'inconclusive', shortfall: 1, note };
  }
  const result = settle(observed.low, observed.high, limit.value, seen.direction);
  return {
    metric,
    requirement: shown,
    result,
    observed,
    limit: limit.value,
    direction: seen.direction,
    gate: seen.gate(limit.value),
    shortfall: result === 'pass' ? 0 : shortfallOf(observed.value, limit.value, seen.direction),
  };
}

function settle(low: number, high: number, limit: number, direction: Verdict['direction']): VerdictResult {
  if (direction === 'at-most') return high <= limit ? 'pass' : low > limit ? 'fail' : 'inconclusive';
  return low >= limit ? 'pass' : high < limit ? 'fail' : 'inconclusive';
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
