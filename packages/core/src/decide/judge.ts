import type { Trial } from '../board/trial.ts';
import { limitsIn, type MetricRequirement, type Requirement } from '../campaign/requirement.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { SPEED } from '../plan/known-metrics.ts';
import { applicable } from './applicable.ts';
import type { Verdict, VerdictResult } from './decision.ts';
import { type JudgedPlace, judgeLimit, type LimitJudge } from './judge-limit.ts';

export interface JudgeOptions extends JudgedPlace {
  requirements: Requirement;
  trial: Trial;
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
export function judge({ requirements, trial, unmeasured, scenario, ...place }: JudgeOptions): Judgement {
  const judgeAll = judgeIn({ ...place, requirements, target: trial.target, decided: [scenario] });
  return judgeAll(trial, unmeasured)[0]!;
}

/**
 * The same for many trials of one model on one target, each in several scenarios. Verdicts that do not depend on the
 * scenario are given once.
 */
export function judgeIn(
  options: Omit<JudgedPlace, 'scenario'> & {
    requirements: Requirement;
    target: string;
    decided: readonly Scenario[];
  },
): (trial: Trial, unmeasured?: 'open') => Judgement[] {
  const { requirements, target, decided, ...place } = options;
  const limits: LimitJudge[] = [];
  const shared = new Map<MetricRequirement, number>();
  const cases = decided.map((scenario) => {
    const counting = applicable(requirements, { target, scenario: scenario.name });
    if (counting === undefined) return { own: [], fold: () => ACCEPTABLE };
    const own = limitsIn(counting).map((limit) => {
      const known = shared.get(limit);
      if (known !== undefined) return known;
      const index = limits.push(judgeLimit(limit, { ...place, scenario })) - 1;
      if (limit.metric !== SPEED) shared.set(limit, index);
      return index;
    });
    return { own, fold: folded(counting, { next: 0 }) };
  });
  return (trial, unmeasured) => {
    const all = limits.map((limit) => limit(trial, unmeasured));
    return cases.map(({ own, fold }) => {
      const verdicts = own.map((index) => all[index]!);
      const { result, shortfall, binding } = fold(verdicts);
      return { result, verdicts, shortfall, binding };
    });
  };
}

/** What the verdicts of a tree come to. */
type Folded = Omit<Judgement, 'verdicts'>;

const ACCEPTABLE: Folded = { result: 'pass', shortfall: 0, binding: [] };

/** How the verdicts on a tree's limits, in reading order, are put together; `limit` counts the limits that were read. */
function folded(requirement: Requirement, limit: { next: number }): (verdicts: readonly Verdict[]) => Folded {
  if ('all' in requirement) {
    const parts = requirement.all.map((part) => folded(part, limit));
    return (verdicts) => allOf(parts.map((part) => part(verdicts)));
  }
  if ('any' in requirement) {
    const parts = requirement.any.map((part) => folded(part, limit));
    return (verdicts) => anyOf(parts.map((part) => part(verdicts)));
  }
  const index = limit.next++;
  return (verdicts) => {
    const verdict = verdicts[index]!;
    const { result, shortfall } = verdict;
    return { result, shortfall, binding: result === 'pass' ? NONE : [verdict] };
  };
}

const NONE: Verdict[] = [];

const allOf = (parts: readonly Folded[]): Folded => ({
  result: extreme(parts, -1),
  shortfall: Math.max(0, ...parts.map(({ shortfall }) => shortfall)),
  binding: parts.every(({ binding }) => binding.length === 0)
    ? NONE
    : parts.flatMap(({ binding }) => binding),
});

function anyOf(parts: readonly Folded[]): Folded {
  const { shortfall, binding } = parts.reduce((best, part) =>
    part.shortfall < best.shortfall ? part : best,
  );
  const result = extreme(parts, 1);
  return { result, shortfall, binding: result === 'pass' ? NONE : binding };
}

const ORDER: readonly VerdictResult[] = ['fail', 'inconclusive', 'pass'];

/** The worst (−1) or best (1) result of some. */
const extreme = (parts: readonly Folded[], sign: -1 | 1): VerdictResult =>
  parts.reduce<VerdictResult>(
    (found, { result }) => (sign * (ORDER.indexOf(result) - ORDER.indexOf(found)) > 0 ? result : found),
    sign === 1 ? 'fail' : 'pass',
  );
