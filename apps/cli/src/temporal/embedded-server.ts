import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, EXIT } from '../cli-error.ts';
import { getTemporalCli } from './get-temporal-cli.ts';
import { answers, LOOPBACK, tryPort } from './port.ts';
import { processAlive } from './process-alive.ts';
import {
  joinServer,
  leaveServer,
  readServerState,
  removeServerState,
  withServerLock,
  writeServerState,
  type ServerState,
} from './server-state.ts';

const START_PATIENCE_MS = 30_000;
const POLL_MS = 15;

export interface EmbeddedServerOptions {
  /** The folder `.quantloop`: state, log and database are kept in it. */
  folder: string;
  /** A port to insist on. Default: any free one. */
  port?: number;
  /** Settings of the server itself, by name: its limits, say. @default its own */
  dynamicConfig?: Record<string, number>;
  onProgress?: (line: string) => void;
}

export interface EmbeddedServer {
  address: string;
  pid: number;
  /** False when a living server of this folder was joined. */
  started: boolean;
  /** Starts the server again, on the same port and database, if it has died. Clients and workers find it again. */
  revive(): Promise<void>;
  /** Leaves the server; the last process to leave stops it. */
  release(): Promise<void>;
}

/** The living embedded server of a folder, without starting one and without joining it. */
export async function findEmbeddedServer(folder: string): Promise<ServerState | undefined> {
  const state = await readServerState(folder);
  if (state === undefined || !processAlive(state.pid)) return undefined;
  return (await answers(state.port)) ? state : undefined;
}

/** Whether campaigns were run here before: there is a database to start a server on. */
export function hasDatabase(folder: string): boolean {
  return existsSync(databaseFile(folder));
}

/**
 * Joins the living server of the folder, or starts one on its SQLite file. The server is a process group of its own,
 * so that Ctrl-C in a terminal reaches quantloop and not the server.
 */
export async function embeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { folder, port } = options;
  // Before the lock: getting the program may take minutes, and another process may be waiting to join.
  if ((await findEmbeddedServer(folder)) === undefined) await getTemporalCli(options);
  await mkdir(folder, { recursive: true });
  return withServerLock(folder, async () => {
    const living = await findEmbeddedServer(folder);
    if (living !== undefined) {
      if (port !== undefined && port !== living.port) {
        throw new CliError({
          message: `--port ${port}: a Temporal server of this folder already runs on port ${living.port}`,
          hint: 'Leave --port out to use it.',
          exitCode: EXIT.invalid,
        });
      }
      await joinServer(folder);
      return describe(options, living, false);
    }
    const state = await startServer(options);
    await joinServer(folder);
    return describe(options, state, true);
  });
}

function describe(options: EmbeddedServerOptions, state: ServerState, started: boolean): EmbeddedServer {
  const { folder } = options;
  let { pid } = state;
  return {
    address: `${LOOPBACK}:${state.port}`,
    pid,
    started,
    revive: async () => {
      if (processAlive(pid)) return;
      const living = await withServerLock(
        folder,
        async () =>
          (await findEmbeddedServer(folder)) ?? (await startServer({ ...options, port: state.port })),
      );
      pid = living.pid;
    },
    release: () =>
      withServerLock(folder, async () => {
        const { othersLeft } = await leaveServer(folder);
        if (!othersLeft) await stopServer(folder);
      }),
  };
}

/**
 * SIGKILL on purpose: an orderly stop takes the dev server 1.6 s, and SQLite's journal makes a kill just as safe.
 */
async function stopServer(folder: string): Promise<void> {
  const state = await findEmbeddedServer(folder);
  if (state !== undefined) {
    process.kill(state.pid, 'SIGKILL');
    while (await answers(state.port)) await pause();
  }
  await removeServerState(folder);
}

async function startServer(options: EmbeddedServerOptions): Promise<ServerState> {
  const { folder } = options;
  const cli = await getTemporalCli(options);
  const port = await tryPort(options.port ?? 0);
  if (port === undefined) {
    throw new CliError({
      message: `--port ${options.port}: the port is taken by another program`,
      hint: 'Choose another port, or leave --port out to take any free one.',
      exitCode: EXIT.invalid,
    });
  }
  const logFile = join(folder, 'temporal.log');
  const log = await open(logFile, 'w');
  const child = spawn(
    cli.path,
    [
      'server',
      'start-dev',
      '--headless',
      '--ip',
      LOOPBACK,
      '--port',
      String(port),
      '--log-level',
      'error',
      // A trial has thirty transactions. With a log that is written on, instead of a journal that is made and deleted
      // for each, they cost the server 40 % less; without an fsync for each a step takes 15 ms instead of 45. SIGKILL
      // loses nothing; a power cut may take the last moments, whose results are in the store all the same.
      ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=1'],
      ...SHARING.flatMap((value) => ['--dynamic-config-value', value]),
      ...Object.entries(options.dynamicConfig ?? {}).flatMap(([name, value]) => [
        '--dynamic-config-value',
        `${name}=${value}`,
      ]),
      '--db-filename',
      databaseFile(folder),
    ],
    { detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
  child.unref();
  await log.close();
  const failure = await Promise.race([exited, untilAnswering(port)]);
  if (failure !== undefined || child.pid === undefined) {
    child.kill('SIGKILL');
    const tail = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-3).join(' | ');
    throw new CliError({
      message: `The embedded Temporal server did not start: ${failure}${tail === '' ? '' : ` (${tail})`}`,
      hint: `Its whole log is ${logFile}; the program is ${cli.path}.`,
    });
  }
  const state = { pid: child.pid, port, startedAt: new Date().toISOString() };
  await writeServerState(folder, state);
  return state;
}

/**
 * Campaigns share queues fairly and by priority, which this version of the server does not do by itself. A queue in several
 * partitions, the default, would do so in each of them alone.
 */
const SHARING = [
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

const databaseFile = (folder: string) => join(folder, 'temporal.db');

async function untilAnswering(port: number): Promise<string | undefined> {
  const deadline = Date.now() + START_PATIENCE_MS;
  while (!(await answers(port))) {
    if (Date.now() > deadline) return `nothing answered on port ${port} within ${START_PATIENCE_MS / 1000} s`;
    await pause();
  }
  return undefined;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));
