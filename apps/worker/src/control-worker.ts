import { join } from 'node:path';
import { userCacheFolder } from '@quantloop/artifacts/user-cache-folder';
import { CONTROL_QUEUE } from '@quantloop/core';
import { VERSION } from '@quantloop/jobs';
import { report } from '@quantloop/report';
import { nightActivities } from './night/night-activities.ts';
import { runWorker, type RunningWorker, type WorkerPlace } from './running-worker.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface ControlWorkerOptions extends WorkerPlace {
  /**
   * Makes it a worker of this Temporal worker deployment: it gets tasks once its version is the deployment's current one.
   * Default: none, and it takes tasks of any version.
   */
  deployment?: {
    name: string;
    /** Default: the version of quantloop and a digest of its workflows. */
    buildId?: string;
  };
}

/** Runs the workflows and writes reports. Any number may run; each needs next to nothing. */
export async function startControlWorker(options: ControlWorkerOptions): Promise<RunningWorker> {
  const { deployment, ...place } = options;
  const { codePath, digest } = await workflowBundle({
    cacheFolder: join(userCacheFolder(), 'workflow-bundles'),
    failureConverterPath: place.dataConverter?.failureConverterPath,
  });
  return runWorker(place, {
    taskQueue: CONTROL_QUEUE,
    role: 'control',
    workflowBundle: { codePath },
    plugins: [report({ storeRoot: place.storeRoot })],
    activities: nightActivities({ storeRoot: place.storeRoot }),
    // One thread runs all workflows: they only decide, and a thread costs 0.1 s to start.
    workflowThreadPoolSize: 1,
    maxConcurrentActivityTaskExecutions: 2,
    ...(deployment !== undefined && {
      workerDeploymentOptions: {
        version: {
          deploymentName: deployment.name,
          buildId: deployment.buildId ?? `${VERSION}-${digest}`,
        },
        useWorkerVersioning: true,
        // Each version replays what those before it began: a campaign never waits for workers that are gone.
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    }),
  });
}
