import { hostname } from 'node:os';
import type { DataConverter, WorkerDeploymentVersion } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { runOfHeader } from './run-of-header.ts';

export interface WorkerPlace {
  connection: NativeConnection;
  /** @default 'default' */
  namespace?: string;
  /** Root folder of the content-addressed store that all workers of a campaign share. */
  storeRoot: string;
  /** What this process is pinned to, as part of the worker's name. @default the whole machine */
  devices?: readonly string[];
  /** How payloads are written. @default plainly */
  dataConverter?: DataConverter;
}

/** A worker that polls its queue until it is stopped. */
export interface RunningWorker {
  taskQueue: string;
  identity: string;
  /** Of a worker of a Temporal worker deployment. */
  version?: WorkerDeploymentVersion;
  /** Ends when the worker has stopped; rejects when it failed. */
  done: Promise<void>;
  /** Asks for no more work, lets what runs go on for a moment, then interrupts it; checkpoints stay. */
  stop(): Promise<void>;
}

export async function runWorker(
  place: WorkerPlace,
  options: { taskQueue: string; role: string } & Omit<
    WorkerOptions,
    'taskQueue' | 'connection' | 'namespace'
  >,
): Promise<RunningWorker> {
  const { role, ...rest } = options;
  const identity = [hostname(), role, process.pid, ...(place.devices ?? [])].join('/');
  const worker = await Worker.create({
    connection: place.connection,
    namespace: place.namespace ?? 'default',
    identity,
    ...(place.dataConverter === undefined ? {} : { dataConverter: place.dataConverter }),
    // What is finished is in the store, block by block: there is nothing to wait long for.
    shutdownGraceTime: '500ms',
    shutdownForceTime: '20s',
    // Progress bars read heartbeats; the default lets one through in 30 s.
    maxHeartbeatThrottleInterval: '500ms',
    defaultHeartbeatThrottleInterval: '500ms',
    interceptors: { activity: [runOfHeader] },
    ...rest,
  });
  const done = worker.run();
  // Whoever waits for `done` or `stop` sees the failure; nobody may be waiting yet.
  done.catch(() => {});
  return {
    taskQueue: options.taskQueue,
    identity,
    ...(rest.workerDeploymentOptions && { version: rest.workerDeploymentOptions.version }),
    done,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}
