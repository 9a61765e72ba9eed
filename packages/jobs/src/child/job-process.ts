import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import type { Progress } from '../job-context.ts';
import { childEnvironment, childOptions } from './child-environment.ts';
import { classifyError } from './classify-error.ts';
import { exitFailure } from './exit-failure.ts';
import { ChildMessage, type AnswerMessage, type JobMessage } from './messages.ts';
import { hungAfter, watchForHang } from './hang-watch.ts';
import { oomKills } from './oom-kills.ts';
import type { RemoteCall } from './remote-messages.ts';

/** After SIGTERM, until SIGKILL. */
const CANCEL_GRACE_MS = 1500;
/** After its last message, until SIGKILL: native libraries may hang while they are unloaded. */
const EXIT_GRACE_MS = 2000;
/** After its end, for what it still had in its pipes; a grandchild may hold them open. */
const DRAIN_MS = 300;
/** Characters of its output kept for the message of a failure. */
const OUTPUT_KEPT = 16_000;
/** Characters of a line of it that are told. */
const LINE_KEPT = 2000;

const extension = extname(fileURLToPath(import.meta.url));
const main = fileURLToPath(new URL(`./child-main${extension}`, import.meta.url));

export interface JobRun {
  stage: string;
  message: JobMessage;
  signal: AbortSignal;
  onProgress(progress: Progress): void;
  onResumed(blocks: number): void;
  /** A line that the process printed. */
  onOutput(line: string, pid: number): void;
  /** Does what the job asks of the shared store. */
  serve: ((call: RemoteCall) => Promise<unknown>) | undefined;
}

/** A child process that does one job at a time. Without a job it does not keep this process alive. */
export class JobProcess {
  /** URL of the module it loaded before it knew its job. */
  readonly preload: string | undefined;
  readonly #child: ChildProcess;
  readonly #ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #output = '';
  #alive = true;
  /** Of the job that runs, if one does. */
  #onLine: ((line: string) => void) | undefined;

  constructor(options: { preload?: string } = {}) {
    this.preload = options.preload;
    const args = [String(process.pid), ...(options.preload === undefined ? [] : [options.preload])];
    this.#child = fork(main, args, {
      env: childEnvironment(),
      execArgv: childOptions(extension),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
      });
      if (stream !== null) {
        createInterface({ input: stream }).on('line', (line) => {
          if (line.trim() !== '') this.#onLine?.(line.slice(0, LINE_KEPT));
        });
      }
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#alive = false;
        this.#output += error.message;
        resolve({ code: null, signal: null });
      });
      this.#child.once('exit', (code, signal) => {
        this.#alive = false;
        const drained = setTimeout(() => resolve({ code, signal }), DRAIN_MS);
        this.#child.once('close', () => {
          clearTimeout(drained);
          resolve({ code, signal });
        });
      });
    });
    this.#hold(false);
  }

  get alive(): boolean {
    return this.#alive && this.#child.connected;
  }

  /** Ends a process that has no job; it may still write down what it compiled. */
  dismiss(): void {
    this.#child.kill('SIGTERM');
  }

  /** Runs the job to its end. Resolves once the process is gone, or is ready for another job (`alive`). */
  async run({ stage, message, signal, onProgress, onResumed, onOutput, serve }: JobRun): Promise<unknown> {
    this.#hold(true);
    const killsBefore = oomKills();
    let last: ChildMessage | undefined;
    let stays: () => void = () => {};
    const stayed = new Promise<undefined>((resolve) => (stays = () => resolve(undefined)));
    const timers = new Set<NodeJS.Timeout>();
    const killAfter = (milliseconds: number) =>
      timers.add(setTimeout(() => this.#child.kill('SIGKILL'), milliseconds));

    let hungFor: number | undefined;
    const after = hungAfter();
    const watch = watchForHang({
      pid: this.#child.pid ?? 0,
      after,
      onHung: () => {
        hungFor = after;
        this.#child.kill('SIGKILL');
      },
    });
    const onMessage = (raw: unknown) => {
      watch.sign();
      const received = readMessage(raw);
      if (received.type === 'progress') {
        const { done, total, unit, note } = received;
        onProgress({ done, total, unit, ...(note === undefined ? {} : { note }) });
      } else if (received.type === 'resumed') onResumed(received.blocks);
      else if (received.type === 'remote') void this.#answer(received, serve);
      else {
        last ??= received;
        if (received.type === 'result' && received.stays) stays();
        else killAfter(EXIT_GRACE_MS);
      }
    };
    this.#child.on('message', onMessage);
    this.#onLine = (line) => onOutput(line, this.#child.pid!);
    const cancel = () => {
      this.#child.kill('SIGTERM');
      killAfter(CANCEL_GRACE_MS);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      if (signal.aborted) cancel();
      // A process that has died meanwhile says so through its end.
      else this.#child.send(message, () => {});
      const end = await Promise.race([this.#ended, stayed]);
      signal.throwIfAborted();
      if (last?.type === 'result') return last.output;
      if (last?.type === 'failure') throw rebuild(last);
      const killedForMemory = oomKills() > killsBefore;
      throw exitFailure({ stage, ...end!, output: this.#output, hungFor, killedForMemory });
    } finally {
      watch.end();
      signal.removeEventListener('abort', cancel);
      this.#child.off('message', onMessage);
      this.#onLine = undefined;
      this.#hold(false);
      for (const timer of timers) clearTimeout(timer);
    }
  }

  async #answer({ id, call }: ChildMessage & { type: 'remote' }, serve: JobRun['serve']): Promise<void> {
    const answer = (outcome: { value?: unknown } | Pick<AnswerMessage, 'failure'>) =>
      // A process that has died meanwhile does not need it.
      this.#child.send({ type: 'answer', id, ...outcome }, () => {});
    try {
      answer({ value: (await serve?.(call)) ?? null });
    } catch (error) {
      const { code, message, hint } = classifyError(error);
      answer({ failure: { type: 'failure', code, message, hint } });
    }
  }

  /** Whether this process waits for the child before it may end. */
  #hold(held: boolean): void {
    const method = held ? 'ref' : 'unref';
    this.#child[method]();
    this.#child.channel?.[method]();
    for (const stream of [this.#child.stdout, this.#child.stderr]) (stream as Socket | null)?.[method]();
  }
}

function readMessage(raw: unknown): ChildMessage {
  const parsed = ChildMessage.safeParse(raw);
  if (parsed.success) return parsed.data;
  const message = `The job sent a message that is not valid:\n${z.prettifyError(parsed.error)}`;
  return { type: 'failure', code: 'internal', message };
}

function rebuild({ code, message, hint, stack }: ChildMessage & { type: 'failure' }): QuantloopError {
  const cause = stack === undefined ? undefined : Object.assign(new Error(message), { stack });
  return new QuantloopError({ code, message, ...(hint === undefined ? {} : { hint }), cause });
}
