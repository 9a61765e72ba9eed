import { resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { ControlWorkerOptions, RunningWorker, WorkerPlace } from '@quantloop/worker';
import type { Log } from '@quantloop/worker/log';
import { CliError } from './cli-error.ts';
import { storeRoot, type ServerOptions } from './commands/common-options.ts';
import {
  configuredAddress,
  openClient,
  openNativeConnection,
  payloads,
  type TemporalAddress,
} from './temporal/connect.ts';
import { embeddedServer, hasDatabase, type EmbeddedServer } from './temporal/embedded-server.ts';

export interface Session {
  client: Client;
  address: string;
  /** The server is this folder's own: nobody else's workers poll it. */
  embedded: boolean;
  /** The server was started by this session: no other process can have workers on it. */
  fresh: boolean;
  /** Starts workers in this process, and serves their metrics. */
  startWorkers(roles: readonly WorkerRole[], options?: StartWorkersOptions): Promise<void>;
  /** The workers of this process, by their names in Temporal. */
  workers(): readonly RunningWorker[];
  /** Where the metrics of its workers are. */
  readonly metricsUrl: string | undefined;
  /** Writes into the log of this process, where it has one. */
  log(fields: object, message: string): void;
  /** Rejects when a worker of this process fails; never resolves. */
  failed: Promise<never>;
  /** Stops the workers, closes the connections, and stops the embedded server if no other process uses it. */
  close(): Promise<void>;
}

/** Of the workers of this process. */
export interface StartWorkersOptions {
  /** What the process is pinned to. @default nothing */
  devices?: readonly string[];
  /** The worker deployment of a control worker. @default none */
  deployment?: ControlWorkerOptions['deployment'];
}

/** What a worker does: run workflows, import and quantize, or measure as a target. */
export type WorkerRole = 'control' | 'prepare' | { target: string };

/** Everything a campaign on these targets needs. */
export function rolesFor(targets: readonly string[]): WorkerRole[] {
  return ['control', 'prepare', ...targets.map((target) => ({ target }))];
}

const REVIVE_EVERY_MS = 500;

export interface SessionOptions extends ServerOptions {
  verbose?: true;
  /** The command, where it lives long enough for a log of its own in `<dir>/logs`. */
  logAs?: string;
  onProgress?: (line: string) => void;
  /** Where this process serves its metrics once it works. @default nowhere */
  metrics?: { host: string; port: number };
}

/** Whether there is a server to ask: a configured one, or campaigns were run in this folder. */
export async function hasServer(options: ServerOptions): Promise<boolean> {
  return (await configuredAddress(options)) !== undefined || hasDatabase(resolve(options.dir));
}

/** Connects to the configured Temporal server, or to this folder's embedded one, which is started if need be. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const configured = await configuredAddress(options);
  let server: EmbeddedServer | undefined;
  // The SDK takes as long to load as the server to start.
  const [address, , ownLog] = await Promise.all([
    configured ??
      embeddedServer({
        folder: resolve(options.dir),
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      }).then((started): TemporalAddress => {
        server = started;
        return {
          connection: { address: started.address },
          namespace: options.namespace ?? 'default',
          name: started.address,
        };
      }),
    import('@temporalio/client'),
    options.logAs === undefined ? undefined : openLogOf(options),
  ]);
  const workers: RunningWorker[] = [];
  let place: Promise<WorkingPlace> | undefined;
  let metricsUrl: string | undefined;
  const guard = setInterval(() => void server?.revive().catch(() => {}), REVIVE_EVERY_MS);
  const closers: (() => Promise<void>)[] = [
    async () => {
      clearInterval(guard);
      await server?.release();
    },
  ];
  const close = async () => {
    const stopped = await Promise.allSettled(workers.map((worker) => worker.stop()));
    for (const closer of closers.splice(0).reverse()) await closer();
    const failure = stopped.find((result) => result.status === 'rejected');
    if (failure !== undefined && options.verbose) console.error(failure.reason);
  };
  try {
    const { client, connection } = await openClient(address);
    closers.push(() => connection.close());
    let fail: (reason: CliError) => void = () => {};
    const failed = new Promise<never>((_resolve, reject) => (fail = reject));
    failed.catch(() => {});
    return {
      client,
      address: address.name,
      embedded: configured === undefined,
      workers: () => workers,
      failed,
      close,
      get metricsUrl() {
        return metricsUrl;
      },
      log: (fields, message) => ownLog?.info(fields, message),
      fresh: server?.started === true,
      startWorkers: async (roles, wanted = {}) => {
        if (roles.length === 0) return;
        const { devices = [], deployment } = wanted;
        const { pinProcess } = await import('@quantloop/worker');
        if (devices.length > 0) await pinProcess(devices);
        place ??= openPlace(address, options, ownLog).then((opened) => {
          closers.push(opened.close);
          metricsUrl = opened.metricsUrl;
          return opened;
        });
        const { connection, log } = await place;
        const started = await startWorkers(roles, {
          connection,
          namespace: address.namespace,
          storeRoot: storeRoot(options),
          devices,
          dataConverter: await payloads(),
          deployment,
        });
        workers.push(...started);
        for (const worker of started) {
          log.info({ queue: worker.taskQueue, worker: worker.identity }, 'working');
          const { identity } = worker;
          worker.done.then(
            () => log.info({ queue: worker.taskQueue, worker: identity }, 'stopped'),
            (error: Error) => {
              log.error({ queue: worker.taskQueue, worker: identity, err: error }, 'failed');
              fail(
                new CliError({ message: `The worker ${identity} failed: ${error.message}`, cause: error }),
              );
            },
          );
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface WorkingPlace {
  connection: NativeConnection;
  log: Log;
  metricsUrl: string | undefined;
  close: () => Promise<void>;
}

/** Once in a process: Temporal's native code with its log and metrics, and the connection of its workers. */
async function openPlace(
  address: TemporalAddress,
  options: SessionOptions,
  ownLog: Log | undefined,
): Promise<WorkingPlace> {
  const { installRuntime, serveMetrics } = await import('@quantloop/worker');
  const log = ownLog ?? (await openLogOf(options));
  const { metrics } = options;
  const server = metrics && (await serveMetrics({ ...metrics, storeRoot: storeRoot(options) }));
  installRuntime({ log, ...(server !== undefined && { exporter: server.exporter }) });
  const connection = await openNativeConnection(address);
  return {
    connection,
    log,
    metricsUrl: server?.url,
    close: async () => {
      await connection.close();
      await server?.close();
    },
  };
}

async function openLogOf({ dir, logAs, verbose }: SessionOptions): Promise<Log> {
  const { openLog } = await import('@quantloop/worker/log');
  const loud = verbose === true;
  if (logAs === undefined) return openLog({ console: loud ? 'info' : 'error' });
  // A failed stage is shown where it belongs, on the board; a worker has nowhere else to tell of it.
  const [quiet, most] = logAs === 'worker' ? (['info', 'debug'] as const) : (['error', 'info'] as const);
  const log = await openLog({
    dir: resolve(dir),
    console: loud ? most : quiet,
    level: loud ? 'debug' : 'info',
  });
  return log.child({ command: logAs });
}

async function startWorkers(
  roles: readonly WorkerRole[],
  { deployment, ...place }: WorkerPlace & Pick<StartWorkersOptions, 'deployment'>,
): Promise<RunningWorker[]> {
  const { startControlWorker, startPrepareWorker, startTargetWorker } = await import('@quantloop/worker');
  return Promise.all(
    roles.map((role) => {
      if (role === 'control') return startControlWorker({ ...place, ...(deployment && { deployment }) });
      if (role === 'prepare') return startPrepareWorker(place);
      return startTargetWorker({ ...place, target: role.target });
    }),
  );
}
