import type { Store } from '@quantloop/artifacts';
import { conclude, inForce, type WriteReportInput, type WriteReportOutput } from '@quantloop/core';
import { readRows } from '../rows/read-rows.ts';
import { writeReport } from './write-report.ts';

/** Decides by the whole rows of a run, and writes its files. */
export async function concludeRun(input: WriteReportInput, store: Store): Promise<WriteReportOutput> {
  const { campaign, run, parts, folder, phases, ...end } = input;
  const trials = await readRows(parts, store);
  const decision = conclude(campaign, { ...end, trials });
  // People may have changed the requirements, and the campaign itself where it was told to.
  const shown = inForce(campaign, decision.acts);
  const written = await writeReport({ campaign: shown, run, trials, decision, folder, phases }, { store });
  const { verdicts: _, front: __, baseline: ___, rounds: ____, ...summary } = decision;
  return { ...written, decision: summary };
}
