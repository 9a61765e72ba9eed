import type { MetricRequirement, Requirement, Verdict, VerdictResult } from '@quantloop/core';

export interface RequirementLeaf {
  requirement: MetricRequirement;
  /** Every acceptable trial must meet it; false where it is one of several alternatives. */
  mandatory: boolean;
}

/** The limits of a requirement tree in reading order: the order of a trial's verdicts. */
export function requirementLeaves(requirement: Requirement, mandatory = true): RequirementLeaf[] {
  if ('all' in requirement) return requirement.all.flatMap((part) => requirementLeaves(part, mandatory));
  if ('any' in requirement) {
    const alone = requirement.any.length === 1;
    return requirement.any.flatMap((part) => requirementLeaves(part, mandatory && alone));
  }
  return [{ requirement, mandatory }];
}

/** The verdict on the whole tree from the verdicts on its limits; undefined where a limit has no verdict. */
export function overallVerdict(
  requirement: Requirement,
  verdicts: readonly Verdict[],
): VerdictResult | undefined {
  const queue = verdicts.map((verdict) => verdict.result);
  return fold(requirement, queue);
}

const WORST_FIRST = ['fail', 'inconclusive', 'pass'] as const;

function fold(requirement: Requirement, queue: VerdictResult[]): VerdictResult | undefined {
  const parts = 'all' in requirement ? requirement.all : 'any' in requirement ? requirement.any : undefined;
  if (parts === undefined) return queue.shift();
  const results = parts.map((part) => fold(part, queue));
  if (results.includes(undefined)) return undefined;
  return 'all' in requirement
    ? WORST_FIRST.find((result) => results.includes(result))
    : WORST_FIRST.findLast((result) => results.includes(result));
}
