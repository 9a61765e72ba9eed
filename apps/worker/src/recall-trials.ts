import { openStore, type JournalNote } from '@quantloop/artifacts';
import {
  briefRow,
  roleOf,
  runTrial,
  type RecallActivities,
  type RecallTrialsInput,
  type StageResult,
  type TrialWorkflowInput,
  type TrialWorkflowResult,
} from '@quantloop/core';
import { fidelityStage, performanceStage } from '@quantloop/evaluate';
import { recallStage, StageMetrics } from '@quantloop/jobs';
import { keepTrial } from '@quantloop/report';
import { quantizeStage, statisticsStage } from '@quantloop/quantize';
import { Context } from '@temporalio/activity';

/** Thrown to end a trial at the first stage that is not in the store. */
class NotStored extends Error {}

/**
 * Trials whose every stage is in the store are answered in one go: through Temporal each would cost a child workflow
 * and three activities, some 0.15 s, and an unchanged nightly campaign is made of nothing else.
 */
export function recallActivities({ storeRoot }: { storeRoot: string }): RecallActivities {
  return {
    recallTrials: async ({ trials }: RecallTrialsInput) => {
      const store = await openStore({ root: storeRoot });
      try {
        const stored = async <Output>(recalled: Promise<StageResult<Output> | undefined>) => {
          const result = await recalled;
          if (result === undefined) throw new NotStored();
          return result;
        };
        const { info, metricMeter } = Context.current();
        const role = roleOf(info.taskQueue);
        const onNote = (note: JournalNote) =>
          new StageMetrics(metricMeter, { stage: note.stage, role }).note(note);
        const recall = (input: TrialWorkflowInput) =>
          runTrial({
            input,
            stages: {
              collectStatistics: (job) => stored(recallStage(statisticsStage, job, { store, onNote })),
              quantizeModel: (job) => stored(recallStage(quantizeStage, job, { store, onNote })),
              evaluateFidelity: (job) => stored(recallStage(fidelityStage, job, { store, onNote })),
              evaluatePerformance: (job) => stored(recallStage(performanceStage, job, { store, onNote })),
            },
            // A stored failure is shown by the trial itself, with the cause its stage gives.
            failureOf: (error) => {
              throw error;
            },
            mends: () => false,
          }).catch(() => undefined);

        const known: TrialWorkflowResult[] = [];
        for (const input of trials) {
          const result = await recall(input);
          if (result === undefined) continue;
          const { trial, spent } = result;
          const { record: before, deciding } = input;
          const { record } = await keepTrial(
            { trial, ...(before !== undefined && { record: before }) },
            store,
          );
          known.push({ trial: briefRow(trial, deciding), record, spent });
        }
        return known;
      } finally {
        await store.close();
      }
    },
  };
}
