import type { ArtifactRef } from '../board/artifact-ref.ts';
import type { Failure, Trial } from '../board/trial.ts';
import type { Calibration } from '../campaign/calibration.ts';
import type { EvaluateActivities, QuantizeActivities, StageResult } from './activities.ts';
import type { TrialWorkflowInput, TrialWorkflowResult } from './messages.ts';

export interface RunTrialOptions {
  input: TrialWorkflowInput;
  /** What a stage is: an activity in the workflow, a look into the store when a trial is recalled. */
  stages: QuantizeActivities & EvaluateActivities;
  /** The cause of a failed stage as the board shows it; throws what is not a failure of the trial. */
  failureOf: (error: unknown, stage: string) => Failure;
}

/**
 * One model × recipe on one target: quantize, then measure what it lost and what it gained. What the campaign's rule gives
 * up is not measured further. A failure ends the trial,
 * never the campaign: it comes back as a row with its cause. Without a recipe it is the baseline.
 */
export async function runTrial(options: RunTrialOptions): Promise<TrialWorkflowResult> {
  const { input, stages, failureOf } = options;
  const { campaign, source, calibration } = input;
  const trial: Trial = {
    ...input.trial,
    status: 'measured',
    metrics: {},
    artifact: null,
    stages: input.importExecution === undefined ? {} : { import: input.importExecution },
    provenance: { ...source.provenance },
  };
  const { fidelity: checks, performance: scenarios, stopWhen, engine, seed } = campaign;
  let items: ArtifactRef | null = null;
  let stage = 'waiting';

  try {
    let { model } = source;
    const { recipe } = trial;
    if (recipe !== null) {
      const statistics = input.statistics && calibration && (await collect(calibration));
      const quantized = await run('quantize', () =>
        stages.quantizeModel({
          model: source.model,
          recipe,
          ...(calibration !== undefined && { calibration }),
          ...(statistics !== undefined && { statistics }),
        }),
      );
      model = quantized.model;
    }
    trial.artifact = model;
    const { baseline } = input;
    const fidelity = await run('fidelity', () =>
      stages.evaluateFidelity({
        model,
        checks,
        engine,
        seed,
        ...(baseline !== undefined && { baseline: { items: baseline.items } }),
        ...(baseline !== undefined && stopWhen !== undefined && { stopWhen }),
      }),
    );
    items = fidelity.items;
    trial.items = items;
    if (fidelity.answers !== undefined) trial.answers = fidelity.answers;
    if (fidelity.stopped !== undefined) {
      trial.status = 'stopped';
      trial.stopped = fidelity.stopped;
      return { trial, items };
    }
    const performance = await run('performance', () =>
      stages.evaluatePerformance({
        model,
        scenarios,
        engine,
        seed,
        ...(baseline !== undefined && { baseline: baseline.model }),
      }),
    );
    trial.samples = performance.samples;
  } catch (error) {
    trial.failure = failureOf(error, stage);
    trial.status = 'failed';
  }
  return { trial, items };

  async function collect(calibration: Calibration): Promise<ArtifactRef> {
    const job = { model: source.model, calibration };
    return (await run('statistics', () => stages.collectStatistics(job))).statistics;
  }

  async function run<Output extends Pick<Trial, 'provenance'> & Partial<Pick<Trial, 'metrics'>>>(
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
