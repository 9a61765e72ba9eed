import type { TrialProgress } from '../../workflows/messages.ts';
import { groupBy } from '../group-by.ts';
import { BASELINE } from '../plan-round.ts';
import { median } from './median.ts';
import type { EarlierJob, PredictedStage } from './prediction.ts';

/** A job that is being worked on. */
export interface JobAtWork {
  /** Name of its activity. */
  stage: string;
  /** Since this attempt began. */
  seconds: number;
  /** How far it says it is, from 0 to 1. */
  fraction?: number;
}

export interface TimeLeft {
  /** Of the trials that are planned by now; further looks and rounds come on top. */
  seconds: number;
  /** Trials that have not ended, of which nothing like them tells how long they take: not in `seconds`. */
  unknown: number;
}

/** What a trial does, in order, by the names of the board and of the activities. */
const STAGES = [
  ['quantize', 'quantizeModel'],
  ['fidelity', 'evaluateFidelity'],
  ['performance', 'evaluatePerformance'],
] as const satisfies [string, PredictedStage][];

/** Seconds until a job ends, if it goes on as it has; undefined while it has not said how far it is. */
export function jobTimeLeft({ seconds, fraction = 0 }: JobAtWork): number | undefined {
  if (!(fraction > 0)) return undefined;
  return (seconds * (1 - Math.min(1, fraction))) / fraction;
}

/**
 * How long the trials of a campaign will still take: by the median of the same stage of the same model, measured on the
 * same target, in this campaign or else in earlier ones. Targets work beside each other, each on one trial at a time.
 */
export function timeLeft(options: {
  trials: readonly TrialProgress[];
  /** By trial id. */
  active?: ReadonlyMap<string, JobAtWork>;
  earlier?: readonly EarlierJob[];
}): TimeLeft {
  const { trials, active = new Map<string, JobAtWork>(), earlier = [] } = options;
  const open = trials.filter(({ status }) => status === 'waiting' || status === 'running');
  const targets = [...groupBy(open, ({ target }) => target).values()];
  let unknown = 0;
  const perTarget = targets.map((own) => {
    const each = own.map(trialLeft);
    unknown += each.filter((seconds) => seconds === undefined).length;
    return each.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0);
  });
  return { seconds: Math.max(0, ...perTarget), unknown };

  function trialLeft(trial: TrialProgress): number | undefined {
    const job = active.get(trial.id);
    const at = STAGES.findIndex(([, activity]) => activity === job?.stage);
    const first = at >= 0 ? at : trial.label === BASELINE ? 1 : 0;
    let left = 0;
    for (const [i, [stage, activity]] of STAGES.entries()) {
      if (i < first) continue;
      const usual = usually(trial, stage, activity);
      const own = i === at ? jobTimeLeft(job!) : undefined;
      const seconds = own ?? (i === at && usual !== undefined ? Math.max(0, usual - job!.seconds) : usual);
      if (seconds === undefined) return undefined;
      left += seconds;
    }
    return left;
  }

  function usually(trial: TrialProgress, stage: string, activity: PredictedStage): number | undefined {
    const here = trials.flatMap(({ model, target, stages }) => {
      const done = stages?.[stage];
      const same = model === trial.model && (target === trial.target || stage === 'quantize');
      return same && done !== undefined && !done.cached ? [done.seconds] : [];
    });
    const before = earlier.filter((job) => job.stage === activity && job.model === trial.model);
    return median(here) ?? median(before.map(({ seconds }) => seconds)) ?? undefined;
  }
}
