import { openStore } from '@quantloop/artifacts';
import { QuantloopError } from '@quantloop/core';
import type { JobContext, Progress } from '../job-context.ts';
import { classifyError } from './classify-error.ts';
import type { ChildMessage, JobMessage } from './messages.ts';
import { parentRemote } from './parent-remote.ts';

/** Milliseconds between two progress messages. */
const PROGRESS_MS = 100;

/** A process that has grown beyond this is not kept: the next job's memory should be its own. */
const KEPT_BYTES = 1 << 30;

/** Does a job and reports its end. Afterwards the process waits for another, or exits: always after a failure. */
export async function runJob(job: JobMessage, signal: AbortSignal): Promise<void> {
  const progress = progressSender();
  try {
    const remote = job.remote === undefined ? {} : { remote: parentRemote(job.remote) };
    const store = await openStore({ root: job.storeRoot, ...remote });
    const run = await loadRun(job.module);
    const context: JobContext = {
      store,
      checkpoint: store.checkpoint(job.key),
      signal,
      progress: progress.send,
      resumed: (blocks) => process.send?.({ type: 'resumed', blocks } satisfies ChildMessage),
    };
    const output = await run(job.input, context);
    await store.close();
    progress.end();
    const stays = job.reusable && !signal.aborted && process.memoryUsage.rss() < KEPT_BYTES;
    const result = { type: 'result', output: output ?? null, stays } satisfies ChildMessage;
    if (stays) process.send?.(result);
    else await sendLast(result);
  } catch (error) {
    await reportFailure(error);
  }
}

/** Tells the parent why the job failed, and exits. */
export async function reportFailure(error: unknown): Promise<void> {
  const { code, message, hint, cause, stack } = classifyError(error);
  await sendLast({
    type: 'failure',
    code,
    message,
    hint,
    stack: cause instanceof Error ? cause.stack : stack,
  });
}

type Run = (input: unknown, context: JobContext) => Promise<unknown>;

async function loadRun(module: string): Promise<Run> {
  const { run } = (await import(module)) as { run?: unknown };
  if (typeof run === 'function') return run as Run;
  throw new QuantloopError({
    code: 'internal',
    message: `${module} does not export a function "run".`,
    hint: 'Export "async function run(input, context)" from the module of the stage.',
  });
}

/** At most ten messages a second, the latest state never later than the next tenth; the end of a count at once. */
function progressSender(): { send: (progress: Progress) => void; end: () => void } {
  let latest: Progress | undefined;
  let pause: NodeJS.Timeout | undefined;
  const send = () => {
    pause = undefined;
    if (latest === undefined) return;
    const { done, total, unit, note } = latest;
    latest = undefined;
    process.send?.({ type: 'progress', done, total, unit, note: note?.slice(0, 200) } satisfies ChildMessage);
    pause = setTimeout(send, PROGRESS_MS);
  };
  return {
    send: (progress) => {
      latest = progress;
      if (progress.done === progress.total) clearTimeout(pause);
      if (pause === undefined || progress.done === progress.total) send();
    },
    end: () => clearTimeout(pause),
  };
}

/** Waits until the message has left the process, then ends it: native libraries may keep threads that would hold it open. */
function sendLast(message: ChildMessage): Promise<never> {
  return new Promise(() => {
    process.send?.(message, () => process.exit(0));
  });
}
