import {
  ApplicationFailure,
  defineQuery,
  executeChild,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { z } from 'zod';
import type { Failure, Trial } from '../board/trial.ts';
import { Campaign } from '../campaign/campaign.ts';
import { isPermanent } from '../errors/quantloop-error.ts';
import { decide } from '../decide/decide.ts';
import type { ImportModelOutput, StageResult } from './activities.ts';
import { failureOf } from './failure.ts';
import {
  type CampaignProgress,
  type CampaignWorkflowInput,
  type CampaignWorkflowResult,
  PROGRESS_QUERY,
  type TrialWorkflowInput,
  type TrialWorkflowResult,
} from './messages.ts';
import { planRound, type PlannedTrial } from '../plan/plan-round.ts';
import { Progress } from './progress.ts';
import { prepare, present, recallOn } from './stages.ts';
import { trialWorkflow } from './trial-workflow.ts';
import { slidingWindow } from './sliding-window.ts';

export const progressQuery = defineQuery<CampaignProgress>(PROGRESS_QUERY);

/** Trials in flight at once: enough to quantize the next while one is measured, few enough to keep the disk small. */
const WINDOW = 4;

/** The loop: import → baseline → quantize and evaluate every recipe → decide → show. */
export async function campaignWorkflow(input: CampaignWorkflowInput): Promise<CampaignWorkflowResult> {
  const campaign = validated(input.campaign);
  const planned = planRound(campaign);
  const progress = new Progress(input, workflowInfo().workflowId, planned);
  setHandler(progressQuery, () => progress.snapshot());
  const deadline =
    campaign.budget.wallClock === null ? Infinity : Date.now() + campaign.budget.wallClock * 1000;

  progress.enter('import');
  const sources = new Map<string, StageResult<ImportModelOutput>>();
  const unusable = new Map<string, Failure>();
  await slidingWindow(campaign.models, WINDOW, async ({ id, source }) => {
    try {
      sources.set(id, await prepare.importModel({ source }));
    } catch (error) {
      unusable.set(id, failureOf(error, 'import'));
    }
  });
  endIfAllFailed(campaign.models.map(({ id }) => unusable.get(id)));

  progress.enter('recall');
  const known = new Map<string, TrialWorkflowResult>();
  await slidingWindow(campaign.targets, WINDOW, async ({ id: target }) => {
    for (const model of sources.keys()) {
      const plans = planned.filter(({ trial }) => trial.target === target && trial.model === model);
      const recalled = await recall(target, plans);
      for (const result of recalled) known.set(result.trial.id, result);
    }
  });

  progress.enter('baseline');
  const baselines = new Map<string, TrialWorkflowResult>();
  await slidingWindow(planned.filter(isBaseline), WINDOW, async (plan) => {
    baselines.set(`${plan.trial.model}/${plan.trial.target}`, await runTrial(plan));
  });
  // Where only memory was lacking, a smaller version may still do.
  endIfAllFailed([...baselines.values()].map(({ trial }) => permanent(trial.failure)));

  progress.enter('trials');
  const candidates: Trial[] = [];
  await slidingWindow(
    planned.filter((plan) => !isBaseline(plan)),
    WINDOW,
    async (plan) => {
      if (Date.now() >= deadline) return progress.skip(plan.trial.id);
      candidates.push((await runTrial(plan)).trial);
    },
  );

  progress.enter('report');
  const trials = [...[...baselines.values()].map((result) => result.trial), ...candidates].sort(byId);
  const decision = decide(campaign, trials);
  const { run, folder } = input;
  await present.writeReport({ campaign, run, trials, decision, folder, phases: progress.phases() });
  endIfAllFailed(trials.map(({ failure }) => failure));
  progress.enter('done');
  return { decision, folder, phases: progress.phases() };

  async function runTrial(plan: PlannedTrial): Promise<TrialWorkflowResult> {
    const { trial } = plan;
    const source = sources.get(trial.model);
    if (source === undefined) return notImported(trial, unusable.get(trial.model)!);
    const items = baselines.get(`${trial.model}/${trial.target}`)?.items ?? null;
    const baseline = items === null ? undefined : { model: source.output.model, items };
    progress.begin(trial.id);
    const workflowId = progress.workflowIdOf(trial.id);
    const args: [TrialWorkflowInput] = [inputOf(plan, source, baseline)];
    const result = known.get(trial.id) ?? (await executeChild(trialWorkflow, { args, workflowId }));
    progress.finish(result.trial);
    return result;
  }

  function inputOf(
    { trial, target, calibration, statistics }: PlannedTrial,
    source: StageResult<ImportModelOutput>,
    baseline?: NonNullable<TrialWorkflowInput['baseline']>,
  ): TrialWorkflowInput {
    const { fidelity, performance, stopWhen, seed } = campaign;
    return {
      trial,
      source: source.output,
      campaign: {
        fidelity,
        performance,
        seed,
        engine: target.engine,
        ...(stopWhen !== undefined && { stopWhen }),
      },
      ...(trial.recipe === null && { importExecution: source.execution }),
      ...(calibration !== undefined && { calibration }),
      ...(statistics !== undefined && { statistics }),
      ...(baseline !== undefined && { baseline }),
    };
  }

  /** What cannot be recalled is run: a store that does not answer now may answer the trials later. */
  async function recall(target: string, plans: readonly PlannedTrial[]): Promise<TrialWorkflowResult[]> {
    const trials = plans.map((plan) => inputOf(plan, sources.get(plan.trial.model)!));
    try {
      return await recallOn(target).recallTrials({ trials });
    } catch (error) {
      if (isCancellation(error)) throw error;
      return [];
    }
  }

  function notImported(trial: PlannedTrial['trial'], failure: Failure): TrialWorkflowResult {
    const row: Trial = {
      ...trial,
      status: 'failed',
      failure,
      metrics: {},
      artifact: null,
      stages: {},
      provenance: {},
    };
    progress.finish(row);
    return { trial: row, items: null };
  }
}

const isBaseline = (plan: PlannedTrial) => plan.trial.recipe === null;
const byId = (a: Trial, b: Trial) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const permanent = (failure: Failure | undefined) =>
  failure !== undefined && isPermanent(failure.code) ? failure : undefined;

/** Nothing can be decided where nothing could be measured: that is a failure, and no verdict on the model. */
function endIfAllFailed(failures: readonly (Failure | undefined)[]): void {
  const [first] = failures;
  if (first === undefined || failures.includes(undefined)) return;
  throw ApplicationFailure.nonRetryable(first.message, first.code, { hint: first.hint, stage: first.stage });
}

/** A ZodError thrown here would retry the workflow task for ever. */
function validated(campaign: unknown): Campaign {
  const parsed = Campaign.safeParse(campaign);
  if (!parsed.success) throw ApplicationFailure.nonRetryable(z.prettifyError(parsed.error), 'invalid-spec');
  return parsed.data;
}
