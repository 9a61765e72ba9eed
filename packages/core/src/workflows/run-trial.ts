import type { ArtifactRef } from '../board/artifact-ref.ts';
import type { Execution, Failure, Trial } from '../board/trial.ts';
import type { Calibration } from '../campaign/calibration.ts';
import { hopeless } from '../decide/hopeless.ts';
import type { EvaluateActivities, QuantizeActivities, StageResult } from './activities.ts';
import type { TrialWorkflowInput, TrialWorkflowResult } from './messages.ts';

export interface RunTrialOptions {
  input: TrialWorkflowInput;
  /** What a stage is: an activity in the workflow, a look into the store when a trial is recalled. */
  stages: QuantizeActivities & EvaluateActivities;
  /** The cause of a failed stage as the board shows it; throws what is not a failure of the trial. */
  failureOf: (error: unknown, stage: string) => Failure;
  /** Asked where a quantized model was found damaged: whether it is to be made again. */
  mends: () => boolean;
}

/** Stages that need the target for themselves. */
const MEASURING = ['fidelity', 'performance'];

/** Ends a look before its end, with the reason. */
class GivenUp extends Error {}

/**
 * A look at one model × recipe on one target: quantize, where that is not done, then measure what it lost and what it
 * gained, as much of both as the look is to see. What the campaign's rule or its race gives up is not measured further.
 * A failure ends the trial, never the campaign: it comes back as a row with its cause. Without a recipe it is the
 * baseline.
 */
export async function runTrial(options: RunTrialOptions): Promise<TrialWorkflowResult> {
  const { input, stages, failureOf, mends } = options;
  const { campaign, source, calibration, effort, previous, baseline } = input;
  const trial: Trial = {
    ...reopened(previous ?? firstRow(input)),
    ...input.trial,
    effort,
  };
  const { fidelity: checks, performance: scenarios, stopWhen, engine, seed } = campaign;
  const spent = { jobs: 0, measuring: 0 };
  let stage = 'waiting';

  try {
    trial.artifact ??= await quantized();
    try {
      await measure(trial.artifact);
    } catch (error) {
      if (trial.recipe === null || !isDamage(error) || !mends()) throw error;
      trial.artifact = await quantized();
      await measure(trial.artifact);
    }
  } catch (error) {
    if (error instanceof GivenUp) {
      trial.status = 'stopped';
      trial.stopped = error.message;
    } else {
      trial.failure = failureOf(error, stage);
      trial.status = 'failed';
    }
  }
  return { trial, spent };

  async function measure(model: ArtifactRef): Promise<void> {
    if (seesMoreDocuments()) await measureFidelity(model);
    if (seesMoreRepetitions()) await measurePerformance(model);
  }

  function isDamage(error: unknown): boolean {
    return !(error instanceof GivenUp) && failureOf(error, stage).code === 'artifact-corrupt';
  }

  async function quantized(): Promise<ArtifactRef> {
    const { recipe } = trial;
    if (recipe === null) return source.model;
    const statistics = input.statistics && calibration && (await collect(calibration));
    const { model } = await run('quantize', () =>
      stages.quantizeModel({
        model: source.model,
        recipe,
        ...(calibration !== undefined && { calibration }),
        ...(statistics !== undefined && { statistics }),
      }),
    );
    goesOn();
    return model;
  }

  async function collect(calibration: Calibration): Promise<ArtifactRef> {
    const job = { model: source.model, calibration };
    return (await run('statistics', () => stages.collectStatistics(job))).statistics;
  }

  /** Repetitions alone may be what is lacking. */
  function seesMoreDocuments(): boolean {
    return previous?.items === undefined || effort.share > (previous.effort?.share ?? 1);
  }

  function seesMoreRepetitions(): boolean {
    return previous?.samples === undefined || effort.repetitions > (previous.effort?.repetitions ?? 1);
  }

  async function measureFidelity(model: ArtifactRef): Promise<void> {
    const { items: known } = trial;
    const { items, answers, stopped } = await run('fidelity', () =>
      stages.evaluateFidelity({
        model,
        checks,
        engine,
        seed,
        ...(baseline !== undefined && { baseline: { items: baseline.items } }),
        ...(baseline !== undefined && stopWhen !== undefined && { stopWhen }),
        ...(effort.share < 1 && { share: effort.share }),
        ...(known !== undefined && { known }),
      }),
    );
    trial.items = items;
    if (answers !== undefined) trial.answers = answers;
    if (stopped !== undefined) throw new GivenUp(stopped);
    goesOn();
  }

  async function measurePerformance(model: ArtifactRef): Promise<void> {
    const { samples: known } = trial;
    const { samples } = await run('performance', () =>
      stages.evaluatePerformance({
        model,
        scenarios,
        engine,
        seed,
        ...(baseline !== undefined && { baseline: baseline.model }),
        ...(effort.repetitions > 1 && { repetitions: effort.repetitions }),
        ...(known !== undefined && { known }),
      }),
    );
    trial.samples = samples;
  }

  /** Ends the look where what it has seen leaves no hope: after each stage but the last, which ends it anyway. */
  function goesOn(): void {
    const { race } = input;
    if (race === undefined) return;
    const { requirements, objectives, rivals = [] } = race;
    const reason = hopeless({
      campaign: { requirements, objectives, performance: scenarios, fidelity: checks },
      trial,
      baseline: race.baseline,
      rivals,
    });
    if (reason !== undefined) throw new GivenUp(reason);
  }

  async function run<Output extends Pick<Trial, 'provenance'> & Partial<Pick<Trial, 'metrics'>>>(
    name: string,
    execute: () => Promise<StageResult<Output>>,
  ): Promise<Output> {
    stage = name;
    const { output, execution } = await execute();
    trial.stages[name] = withMore(trial.stages[name], execution);
    if (!execution.cached) {
      spent.jobs += execution.seconds;
      if (MEASURING.includes(name)) spent.measuring += execution.seconds;
    }
    Object.assign(trial.metrics, output.metrics);
    Object.assign(trial.provenance, output.provenance);
    return output;
  }
}

function firstRow({ trial, source, importExecution }: TrialWorkflowInput): Trial {
  return {
    ...trial,
    status: 'measured',
    metrics: {},
    artifact: null,
    stages: importExecution === undefined ? {} : { import: importExecution },
    provenance: { ...source.provenance },
  };
}

/** The row without what the last look ended with; what is added to it is not added to the input. */
function reopened({ stopped: _, ...row }: Trial): Trial {
  return {
    ...row,
    status: 'measured',
    metrics: { ...row.metrics },
    stages: { ...row.stages },
    provenance: { ...row.provenance },
  };
}

/** What a stage cost in all looks together. */
function withMore(before: Execution | undefined, now: Execution): Execution {
  if (before === undefined) return now;
  return {
    seconds: before.seconds + now.seconds,
    attempts: Math.max(before.attempts, now.attempts),
    cached: before.cached && now.cached,
    resumedBlocks: before.resumedBlocks + now.resumedBlocks,
  };
}
