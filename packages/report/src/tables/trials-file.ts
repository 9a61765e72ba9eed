import { Trial, Verdict } from '@quantloop/core';
import { z } from 'zod';
import type { ReportInput } from '../report-input.ts';

/** `trials.json`: the board of a run, each trial with the verdicts of every scenario. */
export const TrialsFile = z.strictObject({
  schemaVersion: z.literal(1),
  campaign: z.string(),
  run: z.string(),
  /** Wall-clock seconds by phase. */
  phases: z.record(z.string(), z.number().nonnegative()),
  trials: z.array(
    Trial.extend({
      /** Scenario → the verdict of each requirement; empty for the baseline and for trials without results. */
      verdicts: z.record(z.string(), z.array(Verdict)),
    }),
  ),
});
export type TrialsFile = z.infer<typeof TrialsFile>;

/** The board as it is published. */
export function trialsFile(input: ReportInput): TrialsFile {
  const { campaign, run, trials, decision, phases } = input;
  return {
    schemaVersion: 1,
    campaign: campaign.campaign,
    run,
    phases,
    trials: trials.map((trial) => ({ ...trial, verdicts: decision.verdicts[trial.id] ?? {} })),
  };
}
