import { digestOfJson, type Store } from '@quantloop/artifacts';
import type { Stage } from './stage.ts';

/** The identity of a job by content: equal keys have equal results. */
export async function stageKey<Input, Output>(
  stage: Stage<Input, Output>,
  input: Input,
  store: Store,
): Promise<string> {
  const parts = (await stage.keyParts?.(input, { store })) ?? {};
  const identity = stage.identity?.(input) ?? input;
  return digestOfJson({ stage: stage.name, version: stage.version, input: identity, parts });
}
