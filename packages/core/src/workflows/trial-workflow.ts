import { failureOf } from './failure.ts';
import type { TrialWorkflowInput, TrialWorkflowResult } from './messages.ts';
import { runTrial } from './run-trial.ts';
import { measureOn, prepare } from './stages.ts';

/** A trial with its stages as activities: quantized anywhere, measured on its target. */
export async function trialWorkflow(input: TrialWorkflowInput): Promise<TrialWorkflowResult> {
  const { evaluateFidelity, evaluatePerformance } = measureOn(input.trial.target);
  const { collectStatistics, quantizeModel } = prepare;
  const stages = { collectStatistics, quantizeModel, evaluateFidelity, evaluatePerformance };
  return runTrial({ input, stages, failureOf });
}
