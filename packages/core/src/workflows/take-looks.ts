import { executeChild, isCancellation, log } from '@temporalio/workflow';
import type { Failure, Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { decidingMetrics } from '../plan/deciding-metrics.ts';
import { groupBy } from '../plan/group-by.ts';
import type { Look } from '../plan/step.ts';
import { count } from './campaign-metrics.ts';
import type { ImportedModels } from './import-models.ts';
import type { Ledger } from './ledger.ts';
import { trialListing } from './listing.ts';
import type { TrialWorkflowInput, TrialWorkflowResult } from './messages.ts';
import type { People } from './people.ts';
import type { Progress } from './progress.ts';
import { slidingWindow } from './sliding-window.ts';
import { recallOn } from './stages.ts';
import { trialWorkflow } from './trial-workflow.ts';

export interface TakeLooksOptions {
  campaign: Campaign;
  /** Each in its order, beside the others. */
  lanes: readonly (readonly Look[])[];
  models: ImportedModels;
  ledger: Ledger;
  progress: Progress;
  people: Pick<People, 'admit'>;
  /** Looks of a lane in flight at once. */
  width: number;
}

interface Asked {
  look: Look;
  input: TrialWorkflowInput;
}

/** Trials recalled in one go: what is asked and what is answered of each takes some kilobytes, and a payload two million. */
const RECALLED = 100;

/**
 * Takes looks at trials, in order: what is in the store is recalled in one go, a child workflow for each of the others.
 * None begins while the campaign is paused, or once people want no more. A lane never waits for another.
 */
export async function takeLooks(options: TakeLooksOptions): Promise<void> {
  const { campaign, lanes, models, ledger, progress, people, width } = options;
  const deciding = decidingMetrics(campaign);
  const baselines = ledger.trials().filter(({ recipe }) => recipe === null);
  const known = new Map<string, TrialWorkflowResult>();
  const wanted = lanes.map((looks) => looks.flatMap(askedFor));
  await Promise.all(
    wanted.map(async (lane) => {
      await recallAll(lane);
      await slidingWindow(lane, width, take);
    }),
  );

  /** With what its workflow gets; none where the model could not be imported. */
  function askedFor(look: Look): Asked[] {
    const { trial } = ledger.plan(look.trial);
    const failure = models.unusable.get(trial.model);
    if (failure === undefined) return [{ look, input: inputOf(look, options) }];
    finish({ trial: notImported(trial, failure), spent: { jobs: 0, measuring: 0 } });
    return [];
  }

  async function recallAll(lane: readonly Asked[]): Promise<void> {
    const byTarget = [...groupBy(lane, ({ input }) => input.trial.target)];
    await slidingWindow(byTarget, width, async ([target, own]) => {
      for (let from = 0; from < own.length; from += RECALLED) {
        const inputs = own.slice(from, from + RECALLED).map(({ input }) => input);
        for (const result of await recall(target, inputs)) known.set(result.trial.id, result);
      }
    });
  }

  async function take({ look, input }: Asked): Promise<void> {
    if (!(await people.admit())) return;
    progress.begin(look.trial, look.effort, ledger.countLook(look.trial));
    const workflowId = progress.workflowIdOf(look.trial);
    const args: [TrialWorkflowInput] = [input];
    finish(
      known.get(look.trial) ??
        (await executeChild(trialWorkflow, { args, workflowId, ...trialListing(input.trial) })),
    );
  }

  function finish(result: TrialWorkflowResult): void {
    ledger.keep(result);
    progress.finish(result.trial);
    count.look(result.trial);
    const { id, status, failure, stopped } = result.trial;
    log.info('look ended', {
      ...{ trial: id, status },
      ...(failure !== undefined && { code: failure.code, stage: failure.stage, reason: failure.message }),
      ...(stopped !== undefined && { reason: stopped }),
    });
  }

  /** Of the budget nothing is asked here: what has begun is ended. */
  async function recall(target: string, trials: TrialWorkflowInput[]): Promise<TrialWorkflowResult[]> {
    try {
      return await recallOn(target).recallTrials({ trials });
    } catch (error) {
      if (isCancellation(error)) throw error;
      // What cannot be recalled is run: a store that does not answer now may answer the trials later.
      return [];
    }
  }

  function inputOf({ trial: id, effort, rivals }: Look, { campaign: { search } }: TakeLooksOptions) {
    const { trial, target, calibration, statistics } = ledger.plan(id);
    const source = models.sources.get(trial.model)!;
    const reference = baselineOf(trial);
    const previous = ledger.row(id);
    const record = ledger.record(id);
    const { fidelity, performance, stopWhen, seed, requirements, objectives } = campaign;
    const input: TrialWorkflowInput = {
      trial,
      source: source.output,
      campaign: {
        fidelity,
        performance,
        seed,
        engine: target.engine,
        ...(stopWhen !== undefined && { stopWhen }),
      },
      effort,
      ...(trial.recipe === null && { importExecution: source.execution }),
      ...(calibration !== undefined && { calibration }),
      ...(statistics !== undefined && { statistics }),
      ...(reference?.items !== undefined && {
        baseline: { model: source.output.model, items: reference.items },
      }),
      ...(previous !== undefined && { previous }),
      ...(record !== undefined && { record }),
      deciding,
      ...(trial.recipe !== null &&
        search.race === 'auto' && {
          race: {
            requirements,
            objectives,
            ...(reference !== undefined && { baseline: reference.metrics }),
            ...(rivals !== undefined && { rivals: [...rivals] }),
          },
        }),
    };
    return input;
  }

  function baselineOf({ model, target, recipe }: TrialWorkflowInput['trial']): Trial | undefined {
    if (recipe === null) return undefined;
    return baselines.find((row) => row.model === model && row.target === target);
  }
}

const notImported = (trial: TrialWorkflowInput['trial'], failure: Failure): Trial => ({
  ...trial,
  status: 'failed',
  failure,
  metrics: {},
  artifact: null,
  stages: {},
  provenance: {},
});
