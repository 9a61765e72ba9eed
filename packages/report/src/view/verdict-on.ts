import { applicable, type Trial, type VerdictResult } from '@quantloop/core';
import type { ReportView } from './report-view.ts';
import { overallVerdict } from './requirement-leaves.ts';

/** The verdict on a trial in a scenario from those on its limits; undefined where it was not judged. */
export function verdictOn(
  { campaign, decision }: ReportView,
  { id, target }: Trial,
  scenario: string,
): VerdictResult | undefined {
  const verdicts = decision.verdicts[id]?.[scenario] ?? [];
  const counting = applicable(campaign.requirements, { target, scenario });
  if (verdicts.length === 0 || counting === undefined) return undefined;
  return overallVerdict(counting, verdicts) ?? 'fail';
}
