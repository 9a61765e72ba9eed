import type { Trial } from '@quantloop/core';

/** Seconds that all stages of a trial took together. */
export function secondsOf(trial: Trial): number {
  return Object.values(trial.stages).reduce((sum, stage) => sum + stage.seconds, 0);
}
