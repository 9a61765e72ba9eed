import type { JournalNote, Store } from '@quantloop/artifacts';
import { QuantloopError, type StageResult } from '@quantloop/core';
import { z } from 'zod';
import { classifyError } from './child/classify-error.ts';
import { computeOutput, type Done, type Job } from './compute-output.ts';
import type { Progress } from './job-context.ts';
import { withMachine } from './machine/machine-lease.ts';
import { shareJob, type SharedRun } from './share-job.ts';
import { stageKey } from './stage-key.ts';
import type { Stage } from './stage.ts';
import { storedOutput } from './stored-output.ts';

export interface RunStageOptions {
  store: Store;
  /** Ends the job within 2 s; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Told the job's key as soon as it is known. */
  onKey?: (key: string) => void;
  /** Told each line that the job's process prints, and its id. */
  onOutput?: (line: string, pid: number) => void;
  /** Told what is written into the journal of this job. Of those who share a job one is told. */
  onNote?: (note: JournalNote) => void;
  /** Which attempt of the job this is, for the record. @default 1 */
  attempt?: number;
}

/**
 * Runs a stage: the stored result of an identical job if there is one, else a child process, whose result is stored.
 * Rejects with a QuantloopError; permanent failures are stored and thrown again without running. The same job asked for
 * twice at once in one process runs once; two processes may both compute it, and the first result stays.
 * `execution.seconds` leaves out the time spent waiting for a measurement on the same machine to end.
 */
export async function runStage<Input, Output>(
  stage: Stage<Input, Output>,
  input: NoInfer<Input>,
  options: RunStageOptions,
): Promise<StageResult<Output>> {
  const { store, attempt = 1, signal, onProgress, onOutput, onNote } = options;
  try {
    const parsed = parseInput(stage, input);
    const key = await stageKey(stage, parsed, store);
    options.onKey?.(key);
    const job = { stage, input: parsed, key, store, attempt };
    const { output, execution } = await shareJob(
      `${store.root}\n${key}`,
      { signal, onProgress, onOutput, onNote },
      (run) => findOrCompute(job, run),
    );
    return { output, execution: { ...execution, attempts: attempt } };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw classifyError(error);
  }
}

/** The stored result of an identical job, undefined when the stage would have to run. Throws a stored failure. */
export async function recallStage<Input, Output>(
  stage: Stage<Input, Output>,
  input: NoInfer<Input>,
  { store, onNote }: Pick<RunStageOptions, 'store' | 'onNote'>,
): Promise<StageResult<Output> | undefined> {
  const parsed = parseInput(stage, input);
  const key = await stageKey(stage, parsed, store);
  const found = await find({ stage, input: parsed, key, store, attempt: 1 }, onNote);
  return found && { output: found.output, execution: { ...found.execution, attempts: 1 } };
}

async function findOrCompute<Input, Output>(job: Job<Input, Output>, run: SharedRun): Promise<Done<Output>> {
  const use = job.stage.measures === true ? 'alone' : 'shared';
  const compute = () => withMachine({ use, signal: run.signal }, computeUnlessFound);
  // While this job waited for the machine, another process may have done it.
  const computeUnlessFound = async () => (await find(job, run.onNote)) ?? computeOutput(job, run);
  return (await find(job, run.onNote)) ?? compute();
}

async function find<Input, Output>(
  job: Job<Input, Output>,
  onNote: RunStageOptions['onNote'],
): Promise<Done<Output> | undefined> {
  const started = performance.now();
  const { stage, key, store, attempt } = job;
  const note = async (code?: QuantloopError['code']) => {
    const entry = {
      key,
      stage: stage.name,
      event: 'cached' as const,
      attempt,
      ...(code !== undefined && { code }),
    };
    await store.journal.append(entry);
    onNote?.(entry);
  };
  const found = await storedOutput(stage, key, store).catch(async (error: unknown) => {
    if (error instanceof QuantloopError && error.permanent) await note(error.code);
    throw error;
  });
  if (found === undefined) return undefined;
  await note();
  const seconds = (performance.now() - started) / 1000;
  return { output: found.output, execution: { seconds, cached: true, resumedBlocks: 0 } };
}

function parseInput<Input, Output>(stage: Stage<Input, Output>, input: unknown): Input {
  const parsed = stage.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `The input of ${stage.name} is not valid:\n${z.prettifyError(parsed.error)}`,
    hint: 'Correct the fields named above.',
    cause: parsed.error,
  });
}
