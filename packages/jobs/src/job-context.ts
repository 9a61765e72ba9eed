import type { Checkpoint, Store } from '@quantloop/artifacts';

/** How far a job is. */
export interface Progress {
  done: number;
  total: number;
  /** What is counted: `layers`, `documents`, `tokens`. */
  unit: string;
  /** What is being done right now, one line. */
  note?: string;
}

/** What the code of a stage gets in its child process. */
export interface JobContext {
  readonly store: Store;
  /** Finished blocks of this very job; cleared once its result is stored. */
  readonly checkpoint: Checkpoint;
  /** Aborted on cancellation: 1.5 s remain to save a block, then the process is killed. */
  readonly signal: AbortSignal;
  /** Cheap: thinned out to ten messages a second. */
  progress(progress: Progress): void;
  /** Says how many blocks were taken over from the checkpoint. */
  resumed(blocks: number): void;
}
