import { availableParallelism } from 'node:os';
import { PREPARE_QUEUE } from '@quantloop/core';
import { models } from '@quantloop/models';
import { quantize } from '@quantloop/quantize';
import { runWorker, type RunningWorker, type WorkerPlace } from './running-worker.ts';

export interface PrepareWorkerOptions extends WorkerPlace {
  /** Jobs at a time. Default: half the cores, for each job uses several threads. */
  concurrency?: number;
}

/** Imports and quantizes models. */
export async function startPrepareWorker(options: PrepareWorkerOptions): Promise<RunningWorker> {
  const { concurrency = Math.max(1, Math.floor(availableParallelism() / 2)), ...place } = options;
  return runWorker(place, {
    taskQueue: PREPARE_QUEUE,
    role: 'prepare',
    plugins: [models({ storeRoot: place.storeRoot }), quantize({ storeRoot: place.storeRoot })],
    maxConcurrentActivityTaskExecutions: concurrency,
  });
}
