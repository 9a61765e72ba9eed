import { openStore, type Store } from '@quantloop/artifacts';
import { roleOf, WORKER_DRAINED, type StageResult } from '@quantloop/core';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Progress } from './job-context.ts';
import { runStage } from './run-stage.ts';
import { StageMetrics } from './stage-metrics.ts';
import type { Stage } from './stage.ts';
import { despiteOutages } from './despite-outages.ts';
import { toApplicationFailure } from './to-application-failure.ts';

/** At the latest after this time a heartbeat is sent, even when the job is silent: its process is alive. */
const HEARTBEAT_MS = 2000;

/**
 * What a heartbeat of a stage carries: never data, only how far the job is and its key, under which a next attempt finds
 * the checkpoint.
 */
export interface StageHeartbeat extends Partial<Progress> {
  stage: string;
  key?: string;
}

/**
 * The stage as a Temporal activity: heartbeats with progress, cancellation, typed failures, stored results. Where its worker
 * is stopped the job is, too, and the attempt fails at once, so that another worker goes on from the checkpoint.
 */
export function stageActivity<Input, Output>(
  stage: Stage<Input, Output>,
  { storeRoot }: { storeRoot: string },
): (input: Input) => Promise<StageResult<Output>> {
  let store: Store | undefined;
  return async (input) => {
    const context = Context.current();
    const { attempt, heartbeatTimeoutMs } = context.info;
    const signal = context.cancellationSignal;
    const metrics = new StageMetrics(context.metricMeter, {
      stage: stage.name,
      role: roleOf(context.info.taskQueue),
    });
    let state: StageHeartbeat = { stage: stage.name };
    const beat = (news: Partial<StageHeartbeat>) => {
      state = { ...state, ...news };
      // The server refuses heartbeats of an activity that has no heartbeat timeout.
      if (heartbeatTimeoutMs) context.heartbeat(state);
    };
    const timer = setInterval(() => beat({}), Math.min(HEARTBEAT_MS, (heartbeatTimeoutMs ?? Infinity) / 3));
    try {
      beat({});
      context.log.info('begun');
      const result = await despiteOutages(async () => {
        store ??= await openStore({ root: storeRoot });
        return runStage(stage, input, {
          store,
          signal,
          attempt,
          onProgress: beat,
          onNote: (note) => metrics.note(note),
          onKey: (key) => beat({ key }),
          onOutput: (line, job) => context.log.info(line, { job }),
        });
      }, signal);
      const { attempts: _, ...execution } = result.execution;
      context.log.info(execution.cached ? 'taken from the store' : 'finished', {
        key: state.key,
        ...execution,
      });
      return result;
    } catch (error) {
      if (context.cancellationDetails?.workerShutdown) throw drained(stage.name);
      if (signal.aborted) throw signal.reason;
      throw toApplicationFailure(error, { stage: stage.name, attempt });
    } finally {
      clearInterval(timer);
    }
  };
}

function drained(stage: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: WORKER_DRAINED,
    message: `The worker was stopped while it ran ${stage}; another one goes on from the checkpoint.`,
    // Nothing is broken that a pause would mend.
    nextRetryDelay: '10ms',
    details: [{ stage }],
  });
}
