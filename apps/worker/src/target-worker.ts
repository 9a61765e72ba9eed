import { targetQueue } from '@quantloop/core';
import { evaluate } from '@quantloop/evaluate';
import { recallActivities } from './recall-trials.ts';
import { runWorker, type RunningWorker, type WorkerPlace } from './running-worker.ts';

export interface TargetWorkerOptions extends WorkerPlace {
  /** The target's id in the campaign file. */
  target: string;
}

/** Measures models on this machine as the named target: one job at a time. */
export async function startTargetWorker(options: TargetWorkerOptions): Promise<RunningWorker> {
  const { target, ...place } = options;
  return runWorker(place, {
    taskQueue: targetQueue(target),
    role: target,
    plugins: [evaluate({ storeRoot: place.storeRoot })],
    activities: { ...recallActivities({ storeRoot: place.storeRoot }) },
    maxConcurrentActivityTaskExecutions: 1,
  });
}
