import type { Engine as EngineSpec, Provenance } from '@quantloop/core';
import type { PinnedPlace } from '@quantloop/jobs';
import type { TaskModel } from '../fidelity/tasks/task-model.ts';

/** A way to run a model for measuring. Built-ins are in `ENGINES`; another one implements this and is added there. */
export interface Engine<Kind extends EngineSpec['kind'] = EngineSpec['kind']> {
  /** What stands in a target's `engine.kind`. */
  readonly kind: Kind;
  /** One line for `doctor` and the docs. */
  readonly summary: string;
  /**
   * Why it does not run models where this process is pinned, undefined where it does. Whoever pins hides the devices that
   * are not meant, and keeps the process to its cores.
   */
  misplaced(spec: OpenOptions<Kind>['spec'], place: PinnedPlace): string | undefined;
  /** What a model is run by, for every number's provenance. */
  provenance(spec: OpenOptions<Kind>['spec']): Promise<Provenance>;
  /** What results depend on beside the spec and the hardware: part of the key they are kept under. */
  keyParts(spec: OpenOptions<Kind>['spec']): Promise<Record<string, unknown>>;
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

/**
 * A loaded model, ready to generate. Requests may overlap: what is there at the same time is batched as the engine
 * batches when it serves.
 */
export interface OpenModel {
  /**
   * Generates exactly `newTokens` tokens (at least 1) after a prompt, greedily, past any end-of-text token.
   *
   * @throws the signal's reason once it is aborted; a QuantloopError where the engine fails.
   */
  generate(request: { prompt: Int32Array; newTokens: number; signal?: AbortSignal }): Promise<Generation>;
  release(): Promise<void>;
}

/** When things happened, in seconds on the clock of `performance.now()`. */
export interface Generation {
  /** The request was handed over. */
  start: number;
  /** Each new token was there: `newTokens` values, never falling. */
  arrivals: readonly number[];
}
