import { resolve } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import type { ImportModelOutput, StageResult } from '@quantloop/core';
import { runStage, type Stage } from '@quantloop/jobs';
import { importStage } from '@quantloop/models';
import { interruption } from '../run/interruption.ts';

export interface RunVisiblyOptions {
  store: Store;
  json: boolean;
}

/** Runs a stage in this process' care, with its progress on standard error; Ctrl-C ends it, finished blocks stay. */
export async function runVisibly<Input, Output>(
  stage: Stage<Input, Output>,
  input: NoInfer<Input>,
  { store, json }: RunVisiblyOptions,
): Promise<StageResult<Output>> {
  const { createLogUpdate } = await import('log-update');
  const live = !json && process.stderr.isTTY === true ? createLogUpdate(process.stderr) : undefined;
  const stop = interruption('Interrupted. What is finished stays; the same command goes on from there.');
  const abort = new AbortController();
  stop.happened.catch((reason: unknown) => abort.abort(reason));
  try {
    return await runStage(stage, input, {
      store,
      signal: abort.signal,
      onProgress: ({ done, total, unit, note }) =>
        live?.(`${stage.name}  ${done}/${total} ${unit}${note === undefined ? '' : `  ${note}`}`),
    });
  } finally {
    live?.clear();
    stop.dispose();
  }
}

/** The model of a source, imported if it has not been before. */
export async function importSource(source: string, options: RunVisiblyOptions): Promise<ImportModelOutput> {
  const absolute = /^(builtin|hf):/.test(source) ? source : resolve(source);
  return (await runVisibly(importStage, { source: absolute }, options)).output;
}
