import type { Store } from '@quantloop/artifacts';
import { FAILURE_CODES, QuantloopError, type FailureCode } from '@quantloop/core';
import type { Stage } from './stage.ts';
import { VERSION } from './version.ts';

/**
 * The output of an earlier identical job, undefined when it has to be computed. A stored permanent failure is thrown, if
 * this version of quantloop failed: what one cannot do the next may.
 * A result whose artifacts are gone or damaged, or whose form is not the stage's any more, is forgotten.
 */
export async function storedOutput<Input, Output>(
  stage: Stage<Input, Output>,
  key: string,
  store: Store,
): Promise<{ output: Output } | undefined> {
  const stored = await store.results.get(key);
  if (stored === undefined) return undefined;
  if ('failure' in stored) {
    const { code, message, hint, quantloop } = stored.failure;
    if (code in FAILURE_CODES && quantloop === VERSION) {
      throw new QuantloopError({
        code: code as FailureCode,
        message,
        ...(hint === undefined ? {} : { hint }),
      });
    }
  } else {
    const output = stage.output.safeParse(stored.output);
    if (output.success && (await allIntact(stage, output.data, store))) return { output: output.data };
  }
  await store.results.remove(key);
  return undefined;
}

async function allIntact<Input, Output>(
  stage: Stage<Input, Output>,
  output: Output,
  store: Store,
): Promise<boolean> {
  for (const ref of stage.artifacts?.(output) ?? []) {
    if (!(await store.verify(ref))) return false;
  }
  return true;
}
