import { patched } from '@temporalio/workflow';
import { briefRow } from '../board/brief-row.ts';
import { failureOf } from './failure.ts';
import { listOutcome } from './listing.ts';
import type { TrialWorkflowInput, TrialWorkflowResult } from './messages.ts';
import { runTrial } from './run-trial.ts';
import { measureOn, prepare, present } from './stages.ts';

/** A trial with its stages as activities: quantized anywhere, measured on its target; its row is kept in the store. */
export async function trialWorkflow(input: TrialWorkflowInput): Promise<TrialWorkflowResult> {
  const { evaluateFidelity, evaluatePerformance } = measureOn(input.trial.target);
  const { collectStatistics, quantizeModel } = prepare;
  const stages = { collectStatistics, quantizeModel, evaluateFidelity, evaluatePerformance };
  const { trial, spent } = await runTrial({ input, stages, failureOf, mends: () => patched('mend') });
  listOutcome(trial.status);
  const { record: before, deciding } = input;
  try {
    const { record } = await present.keepTrial({ trial, ...(before !== undefined && { record: before }) });
    return { trial: briefRow(trial, deciding), record, spent };
  } catch (error) {
    const failure = failureOf(error, 'record');
    return { trial: { ...briefRow(trial, deciding), status: 'failed', failure }, spent };
  }
}
