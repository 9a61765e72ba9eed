import type { JournalNote, Store, StoredResult } from '@quantloop/artifacts';
import { QuantloopError, type Execution } from '@quantloop/core';
import { z } from 'zod';
import { classifyError } from './child/classify-error.ts';
import { poolOf } from './child/process-pool.ts';
import { serveRemote } from './child/serve-remote.ts';
import type { SharedRun } from './share-job.ts';
import type { Stage } from './stage.ts';
import { VERSION } from './version.ts';

/** One job: a stage with its input, known by its key. */
export interface Job<Input, Output> {
  stage: Stage<Input, Output>;
  input: Input;
  key: string;
  store: Store;
  attempt: number;
}

export interface Done<Output> {
  output: Output;
  execution: Omit<Execution, 'attempts'>;
}

/** Runs a job in a process of its own and stores what it came to. */
export async function computeOutput<Input, Output>(
  job: Job<Input, Output>,
  run: SharedRun,
): Promise<Done<Output>> {
  const { stage, key, store, attempt } = job;
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const note = async (event: JournalNote['event'], more: Partial<JournalNote> = {}) => {
    const entry = { key, stage: stage.name, event, attempt, ...more };
    // First: a full disk takes no entry.
    run.onNote(entry);
    await store.journal.append(entry);
  };

  await note('started');
  let resumedBlocks = 0;
  let resumeNoted = Promise.resolve();
  const onResumed = (blocks: number) => {
    resumedBlocks = blocks;
    resumeNoted = note('resumed', { blocks });
    resumeNoted.catch(() => {}); // awaited below, but only when the job succeeds
  };
  try {
    const output = parseOutput(stage, await runInProcess(job, run, onResumed));
    await resumeNoted;
    await store.results.put(key, storedResult(job, { output }));
    await note('finished', { seconds: elapsed(), blocks: resumedBlocks });
    await store.checkpoint(key).clear();
    // Another process may have been first; everybody goes on with the result that stays.
    const kept = await store.results.get(key);
    const first = kept !== undefined && 'output' in kept ? stage.output.safeParse(kept.output) : undefined;
    return {
      output: first?.success ? first.data : output,
      execution: { seconds: elapsed(), cached: false, resumedBlocks },
    };
  } catch (error) {
    const failure = classifyError(error);
    const cancelled = run.signal.aborted;
    // What a store refuses tells nothing of the job.
    if (!cancelled && failure.permanent && failure.code !== 'store-refused') await keepFailure(job, failure);
    const code = cancelled ? 'cancelled' : failure.code;
    await note('failed', { seconds: elapsed(), code }).catch(() => {}); // the failure itself matters more
    throw error;
  }
}

async function runInProcess<Input, Output>(
  { stage, input, key, store }: Job<Input, Output>,
  { signal, onProgress, onOutput }: SharedRun,
  onResumed: (blocks: number) => void,
): Promise<unknown> {
  const pool = poolOf(store.root);
  const measures = stage.measures === true;
  const { module } = stage;
  const { root, remote } = store;
  const place = { storeRoot: root, ...(remote && { remote: remote.location }) };
  const message = { type: 'job' as const, ...place, key, module, input, reusable: !measures };
  const serve = remote && serveRemote(remote, key);
  const process = pool.take(module, measures);
  const run = { stage: stage.name, message, signal, onProgress, onResumed, onOutput, serve };
  const output = await process.run(run);
  if (!measures && process.alive) pool.giveBack(process);
  return output;
}

async function keepFailure<Input, Output>(job: Job<Input, Output>, failure: QuantloopError): Promise<void> {
  const { code, message, hint } = failure;
  const stored = { code, message, ...(hint !== undefined && { hint }), quantloop: VERSION };
  await job.store.results.put(job.key, storedResult(job, { failure: stored }));
  await job.store.checkpoint(job.key).clear();
}

function storedResult<Input, Output>(
  { key, stage }: Job<Input, Output>,
  outcome: { output: unknown } | Pick<Extract<StoredResult, { failure: unknown }>, 'failure'>,
): StoredResult {
  const createdAt = new Date().toISOString();
  const entry = { schemaVersion: 1, key, stage: stage.name, version: stage.version, createdAt, ...outcome };
  return entry as StoredResult; // the cache checks it against its schema
}

function parseOutput<Input, Output>(stage: Stage<Input, Output>, output: unknown): Output {
  const parsed = stage.output.safeParse(output);
  if (parsed.success) return parsed.data;
  throw new QuantloopError({
    code: 'internal',
    message: `${stage.name} returned something else than it declares:\n${z.prettifyError(parsed.error)}`,
    hint: 'This is a defect of the stage: its module and its output schema differ.',
    cause: parsed.error,
  });
}
