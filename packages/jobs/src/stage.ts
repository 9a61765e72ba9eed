import type { Store } from '@quantloop/artifacts';
import type { ArtifactRef } from '@quantloop/core';
import type { z } from 'zod';

export interface StageOptions<Input, Output> {
  /** Name of the stage and of its Temporal activity. */
  name: string;
  /** Part of the key: bumped whenever the same input gives another output. */
  version: string;
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  /** The module that does the work in a child process, from `jobModule`; it exports `run(input, context)`. */
  module: string;
  /**
   * What of the input decides the result. What is left out may only change how much has to be computed for it, as earlier
   * results do that are taken over. @default all of it
   */
  identity?: (input: Input) => unknown;
  /** What else decides the result: digest of a source, hardware fingerprint, version of the runtime. */
  keyParts?: (input: Input, context: { store: Store }) => Promise<Record<string, unknown>>;
  /** Artifacts that must be present and intact for a stored result to count. @default none */
  artifacts?: (output: Output) => readonly ArtifactRef[];
  /** The stage measures time or memory: it runs alone on its machine, with nothing of other stages in its process. @default false */
  measures?: boolean;
}

/** A kind of heavy job: typed input and output, an identity by content, and the code that runs in a process of its own. */
export type Stage<Input, Output> = Readonly<StageOptions<Input, Output>>;

/** Declares a stage; `runStage` runs it, `stageActivity` makes it a Temporal activity. */
export function defineStage<Input, Output>(options: StageOptions<Input, Output>): Stage<Input, Output> {
  return Object.freeze({ ...options });
}
