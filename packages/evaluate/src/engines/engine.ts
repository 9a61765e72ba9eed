import type { Engine as EngineSpec } from '@quantloop/core';
import type { TaskModel } from '../fidelity/tasks/task-model.ts';

/** A way to run a model for measuring. Built-ins are in `ENGINES`; another one implements this and is added there. */
export interface Engine<Kind extends EngineSpec['kind'] = EngineSpec['kind']> {
  /** What stands in a target's `engine.kind`. */
  readonly kind: Kind;
  /** One line for `doctor` and the docs. */
  readonly summary: string;
  /** What goes into provenance and the cache key. */
  facts(): Promise<EngineFacts>;
  /**
   * Loads the model of a folder to be measured.
   *
   * @throws QuantloopError `unsupported`, `model-corrupt`, `out-of-memory`.
   */
  open(options: OpenOptions<Kind>): Promise<OpenModel>;
  /** Loads it to be asked. Throws what `open` does. */
  openForTasks(options: OpenOptions<Kind>): Promise<TaskModel>;
}

export interface OpenOptions<Kind extends EngineSpec['kind'] = EngineSpec['kind']> {
  /** A model folder. */
  folder: string;
  spec: Extract<EngineSpec, { kind: Kind }>;
}

export interface EngineFacts {
  name: string;
  version: string;
  providers: string[];
}

/** A loaded model, ready to generate. Calls do not overlap. */
export interface OpenModel {
  /**
   * Generates exactly `newTokens` tokens (at least 1) for every prompt, greedily, past any end-of-text token.
   * All prompts of a call are served together.
   */
  generate(options: { prompts: readonly Int32Array[]; newTokens: number }): Promise<Generation>;
  release(): Promise<void>;
}

/** When things happened, in seconds of one monotonic clock with any origin. */
export interface Generation {
  /** The request was handed over. */
  start: number;
  /** For each prompt, when each of its new tokens was there: `newTokens` values, never falling. */
  arrivals: readonly (readonly number[])[];
}
