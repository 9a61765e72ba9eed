import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { findSandbox, type Sandbox } from './find-sandbox.ts';
import { RUNNER_SOURCE } from './runner-source.ts';

export interface AnswerLimits {
  /** Of the wall clock, from the program's start. @default 3, as in Hugging Face's code_eval */
  seconds?: number;
  /** Of address space. @default 2 GiB */
  memoryBytes?: number;
}

export type AnswerRun =
  /** It came to its end. */
  | { passed: true }
  /** `error`: the exception, the signal, or that the time was up. */
  | { passed: false; error: string };

/** For Python and the namespaces to start and end; the answer's own time is the runner's to keep. */
const START_SECONDS = 10;
const FILE_BYTES = 16 * 2 ** 20;
const PROCESSES = 32;

/**
 * Runs a Python program written by a model: a process of its own in a folder of its own, with an empty environment, no
 * input, bounded time, memory, files and processes; nothing it started outlives it. What the machine offers is used
 * beside that: namespaces (no network), Landlock (no writing elsewhere), `nobody` instead of the superuser.
 * It can read what its user can read. Call it only where the user has said that answers may be run.
 */
export async function runAnswer(program: string, limits: AnswerLimits = {}): Promise<AnswerRun> {
  const { seconds = 3, memoryBytes = 2 * 2 ** 30 } = limits;
  const sandbox = await findSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-answer-'));
  try {
    if (sandbox.user !== undefined) await chown(folder, sandbox.user.uid, sandbox.user.gid);
    const token = randomUUID();
    const order = {
      program,
      token,
      seconds,
      cpuSeconds: Math.ceil(seconds) + 1,
      memoryBytes,
      fileBytes: FILE_BYTES,
      // Outside a namespace of its own the limit counts all that the user runs: then it may start nothing.
      processes: sandbox.namespaces ? PROCESSES : 0,
    };
    const line = await converse({ sandbox, folder, order: JSON.stringify(order), seconds });
    return readReport(line, token, seconds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the runner reports; `timeout` where it had to be stopped. */
function converse(options: {
  sandbox: Sandbox;
  folder: string;
  order: string;
  seconds: number;
}): Promise<string> {
  const { sandbox, folder, order, seconds } = options;
  const [program, ...leading] = sandbox.command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...leading, RUNNER_SOURCE], {
      ...sandbox.user,
      cwd: folder,
      env: {},
      // A group of its own, to be ended as one.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    });
    const stop = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of the group are gone already.
      }
    };
    let report = '';
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        stop();
      },
      (seconds + START_SECONDS) * 1000,
    );
    const output = child.stdio[3] as Readable;
    output.setEncoding('utf8');
    output.on('data', (text: string) => {
      // A program that finds the descriptor may write to it without end.
      if (report.length < 4096) report += text;
    });
    child.on('error', reject);
    // What still holds the descriptor must not hold us: the runner's own end is the end.
    child.on('exit', () => {
      clearTimeout(timer);
      stop();
      setImmediate(() => {
        output.destroy();
        resolve(late ? 'timeout' : report);
      });
    });
    child.stdin!.on('error', () => {});
    child.stdin!.end(order);
  });
}

function readReport(report: string, token: string, seconds: number): AnswerRun {
  if (report === 'timeout') return { passed: false, error: `not done after ${seconds} s` };
  const [line = ''] = report.split('\n');
  let parsed: { token?: unknown; error?: unknown };
  try {
    parsed = JSON.parse(line) as typeof parsed;
  } catch {
    return { passed: false, error: 'ended before the tests did' };
  }
  if (parsed.token === token) return { passed: true };
  return {
    passed: false,
    error: typeof parsed.error === 'string' ? parsed.error : 'ended before the tests did',
  };
}
