import type { ArtifactRef } from '../board/artifact-ref.ts';
import type { Trial } from '../board/trial.ts';
import type { StageResult } from './activities.ts';
import { failureOf } from './failure.ts';
import type { TrialWorkflowInput, TrialWorkflowResult } from './messages.ts';
import { measureOn, prepare } from './stages.ts';

/**
 * One model × recipe on one target: quantize, then measure what it lost and what it gained. A failure ends the trial,
 * never the campaign: it comes back as a row with its cause. Without a recipe it is the baseline.
 */
export async function trialWorkflow(input: TrialWorkflowInput): Promise<TrialWorkflowResult> {
  const { campaign, source } = input;
  const target = measureOn(input.trial.target);
  const trial: Trial = {
    ...input.trial,
    status: 'measured',
    metrics: {},
    artifact: null,
    stages: input.importExecution === undefined ? {} : { import: input.importExecution },
    provenance: { ...source.provenance },
  };
  let items: ArtifactRef | null = null;
  let stage = 'waiting';

  try {
    let { model } = source;
    const { recipe } = trial;
    if (recipe !== null) {
      const quantized = await run('quantize', () => prepare.quantizeModel({ model: source.model, recipe }));
      model = quantized.model;
    }
    trial.artifact = model;
    const fidelity = await run('fidelity', () =>
      target.evaluateFidelity({
        model,
        checks: campaign.fidelity,
        engine: campaign.engine,
        seed: campaign.seed,
        ...(input.baseline !== undefined && { baseline: input.baseline }),
      }),
    );
    items = fidelity.items;
    await run('performance', () =>
      target.evaluatePerformance({
        model,
        scenarios: campaign.performance,
        engine: campaign.engine,
        seed: campaign.seed,
        ...(input.baseline !== undefined && { baseline: input.baseline.model }),
      }),
    );
  } catch (error) {
    trial.failure = failureOf(error, stage);
    trial.status = 'failed';
  }
  return { trial, items };

  async function run<Output extends Pick<Trial, 'metrics' | 'provenance'>>(
    name: string,
    execute: () => Promise<StageResult<Output>>,
  ): Promise<Output> {
    stage = name;
    const { output, execution } = await execute();
    trial.stages[name] = execution;
    Object.assign(trial.metrics, output.metrics);
    Object.assign(trial.provenance, output.provenance);
    return output;
  }
}
