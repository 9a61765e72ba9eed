import type { TrialProgress } from '@quantloop/core';

export interface StageTime {
  /** Jobs that were carried out. */
  computed: number;
  /** Jobs whose stored result was used. */
  cached: number;
  /** Seconds of the jobs that were carried out. */
  seconds: number;
}

/** Where the time of a run went. */
export interface TimeSpent {
  /** From the command to the decision. */
  total: number;
  /** Until server and workers were up and the campaign was begun. */
  startup: number;
  /** The campaign's own wall clock, by phase. */
  phases: Record<string, number>;
  stages: Record<string, StageTime>;
  /**
   * Of the campaign's wall clock, what no stage accounts for even if all of them had run one after the other, nor a scan
   * or people.
   * Stages that overlap hide as much of it, so it is a lower bound then; with everything cached it is exact.
   */
  orchestration: number;
  trials: number;
}

export function timeSpent(options: {
  total: number;
  startup: number;
  phases: Record<string, number>;
  trials: readonly TrialProgress[];
}): TimeSpent {
  const { total, startup, phases, trials } = options;
  const stages: Record<string, StageTime> = {};
  for (const trial of trials) {
    for (const [name, execution] of Object.entries(trial.stages ?? {})) {
      const stage = (stages[name] ??= { computed: 0, cached: 0, seconds: 0 });
      if (execution.cached) stage.cached += 1;
      else {
        stage.computed += 1;
        stage.seconds += execution.seconds;
      }
    }
  }
  const busy = Object.values(stages).reduce((sum, stage) => sum + stage.seconds, 0);
  const { scan: ownJobs = 0, waiting: waited = 0 } = phases;
  return {
    total,
    startup,
    phases,
    stages,
    orchestration: Math.max(0, total - startup - busy - ownJobs - waited),
    trials: trials.length,
  };
}
