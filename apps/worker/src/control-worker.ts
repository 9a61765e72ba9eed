import { join } from 'node:path';
import { userCacheFolder } from '@quantloop/artifacts/user-cache-folder';
import { CONTROL_QUEUE } from '@quantloop/core';
import { report } from '@quantloop/report';
import { nightActivities } from './night/night-activities.ts';
import { runWorker, type RunningWorker, type WorkerPlace } from './running-worker.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** Runs the workflows and writes reports. Any number may run; each needs next to nothing. */
export async function startControlWorker(place: WorkerPlace): Promise<RunningWorker> {
  return runWorker(place, {
    taskQueue: CONTROL_QUEUE,
    role: 'control',
    workflowBundle: await workflowBundle({
      cacheFolder: join(userCacheFolder(), 'workflow-bundles'),
      failureConverterPath: place.dataConverter?.failureConverterPath,
    }),
    plugins: [report({ storeRoot: place.storeRoot })],
    activities: nightActivities({ storeRoot: place.storeRoot }),
    // One thread runs all workflows: they only decide, and a thread costs 0.1 s to start.
    workflowThreadPoolSize: 1,
    maxConcurrentActivityTaskExecutions: 2,
  });
}
