import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { QuantloopError, type LaunchedServer } from '@quantloop/core';

export interface LaunchOptions {
  launch: LaunchedServer;
  folder: string;
  headers: Record<string, string>;
}

export interface RunningServer {
  url: string;
  /** Aborts when the server ends by itself, its last words in the reason. */
  ended: AbortSignal;
  /** Stops it and its children. */
  stop(): Promise<void>;
}

/** Characters of the server's output that an error quotes. */
const QUOTED = 2000;
/** Milliseconds between two looks whether it is ready. */
const INTERVAL = 100;

/** Launches a server and waits until it lists its models. */
export async function launchServer({ launch, folder, headers }: LaunchOptions): Promise<RunningServer> {
  const port = await freePort();
  const fill = (text: string) => text.replaceAll('{folder}', folder).replaceAll('{port}', String(port));
  const command = launch.command.map(fill);
  const supervisor = fileURLToPath(new URL(`./supervise-server${extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', supervisor, ...command], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...Object.fromEntries(Object.entries(launch.env).map(([name, value]) => [name, fill(value)])),
    },
  });
  let log = '';
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-QUOTED)));
  }
  const ended = new AbortController();
  let stopping = false;
  const gone = new Promise<void>((resolve) => {
    child.once('close', (code) => {
      if (!stopping) ended.abort(endedFailure(command, code, log));
      resolve();
    });
  });
  const stop = async () => {
    stopping = true;
    child.stdin.on('error', () => {}).end();
    await gone;
  };
  const url = `http://127.0.0.1:${port}/v1`;
  const deadline = Date.now() + launch.readyWithin * 1000;
  while (!(await answers(`${url}/models`, headers))) {
    if (ended.signal.aborted) throw ended.signal.reason;
    if (Date.now() > deadline) {
      await stop();
      throw unreadyFailure(command, launch.readyWithin, log);
    }
    await sleep(INTERVAL);
  }
  return { url, ended: ended.signal, stop };
}

/** vLLM and SGLang list their models only when these are loaded; llama.cpp answers 503 until then. */
async function answers(url: string, headers: Record<string, string>): Promise<boolean> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    // A key that is refused is the first request's to tell.
    return response.ok || response.status === 401 || response.status === 403;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function endedFailure(command: readonly string[], code: number | null, log: string): QuantloopError {
  const never = code === 127;
  return new QuantloopError({
    code: never ? 'invalid-spec' : 'worker-lost',
    message: `the server \`${command.join(' ')}\` ended with exit code ${code ?? 'none'}${quoted(log)}`,
    hint: never
      ? 'See whether the program of engine.launch.command is installed here.'
      : 'Run the command by hand.',
  });
}

function unreadyFailure(command: readonly string[], seconds: number, log: string): QuantloopError {
  return new QuantloopError({
    code: 'timeout',
    message: `the server \`${command.join(' ')}\` was not ready within ${seconds} s${quoted(log)}`,
    hint: 'Raise engine.launch.readyWithin, or see whether it listens on {port}.',
  });
}

const quoted = (log: string) => (log.trim() === '' ? '; it printed nothing' : `; it printed:\n${log.trim()}`);
