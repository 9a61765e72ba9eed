import { FULL_EFFORT } from '../board/evidence.ts';
import { formatValue } from '../board/format-value.ts';
import type { Estimate, Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import { limitOf, type LimitKind, type MetricRequirement } from '../campaign/requirement.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { evidenceOf } from '../plan/evidence-of.ts';
import { SPEED } from '../plan/known-metrics.ts';
import { headline } from '../plan/scenario-metrics.ts';
import { atConfidence } from './at-confidence.ts';
import type { Verdict, VerdictResult } from './decision.ts';
import { lookConfidence } from './look-confidence.ts';
import { observe } from './observe.ts';

/** Of a requirement that says nothing else. */
export const CONFIDENCE = 0.95;

/** Where trials are judged. */
export interface JudgedPlace {
  /** The baseline's metrics on the same model and target; undefined when the baseline could not be measured. */
  baseline: Metrics | undefined;
  scenario: Scenario;
  /** All scenarios of the campaign: a simulated trial's figures under any of them are no evidence. */
  scenarios: readonly Scenario[];
}

/** With `open` what was not measured may yet hold; else it fails. */
export type LimitJudge = (trial: Trial, unmeasured?: 'open') => Verdict;

/** Judges trials by one limit. What is the same for all of them is worked out once: boards have 100,000 rows. */
export function judgeLimit(requirement: MetricRequirement, place: JudgedPlace): LimitJudge {
  const { baseline, scenario, scenarios } = place;
  const metric = requirement.metric === SPEED ? headline(scenario).name : requirement.metric;
  const { kind, limit: written } = limitOf(requirement);
  const { value: limit, relative } = written;
  const asked = requirement.confidence ?? CONFIDENCE;
  const evidence = evidenceOf(metric, scenarios);
  const negated = requirement.not === true;
  const direction = kind.startsWith('min') === negated ? 'at-most' : 'at-least';
  const base = baseline?.[metric];
  const words = new Map<string, string>();

  return (trial, unmeasured) => {
    const candidate = trial.metrics[metric];
    const { alpha } = trial.effort ?? FULL_EFFORT;
    const confidence = evidence === 'fixed' ? asked : lookConfidence(asked, alpha[evidence]);
    const requirement = inWords(candidate?.unit ?? base?.unit ?? '');
    const open = { metric, requirement, confidence, limit, direction, observed: null, gate: null } as const;
    if (trial.simulated && evidence === 'repetitions') {
      const note = 'simulated on this target: its speed is not evidence';
      return { ...open, result: 'fail', shortfall: 1, note };
    }
    if (candidate === undefined) {
      const result = unmeasured === 'open' ? 'inconclusive' : 'fail';
      return { ...open, result, shortfall: 1, note: `${metric} was not measured` };
    }
    const seen = observe({ kind, limit: written, candidate, baseline: base });
    if (seen === undefined) {
      return { ...open, result: 'inconclusive', shortfall: 1, note: `the baseline has no ${metric}` };
    }
    const observed = atConfidence(seen.observed, confidence);
    if (!isFinite(observed)) {
      const note = `nothing can be related to the baseline's ${metric}, which is ${base?.value}`;
      return { ...open, result: 'inconclusive', shortfall: 1, note };
    }
    const result = settle(observed, limit, { direction, negated });
    const shortfall = result === 'pass' ? 0 : shortfallOf(observed.value, limit, direction);
    const { gate } = seen;
    return { metric, requirement, confidence, limit, direction, observed, gate, result, shortfall };
  };

  function inWords(unit: string): string {
    const known = words.get(unit);
    if (known !== undefined) return known;
    const described = describeLimit(kind, limit, relative, unit);
    const shown = negated ? `not ${described}` : described;
    words.set(unit, shown);
    return shown;
  }
}

const isFinite = ({ value, low, high }: Estimate): boolean =>
  Number.isFinite(value) && Number.isFinite(low) && Number.isFinite(high);

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
