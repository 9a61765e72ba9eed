import type { NotTried } from '../decide/decision.ts';
import type { PlannedTrial } from '../plan/plan-round.ts';
import type { Act } from './act.ts';
import type { ArtifactRef } from './artifact-ref.ts';
import type { Trial } from './trial.ts';

/** All that a campaign knows at one moment. Plain data: what is done next is a pure function of it. */
export interface Board {
  /** Rounds planned so far, those of which nothing new came included. */
  round: number;
  /** Every trial planned so far, in the order of planning. */
  planned: readonly PlannedTrial[];
  /** The row of each trial that has been looked at, baselines too, as of its latest look. */
  trials: readonly Trial[];
  /** Why trials were given up before they were begun, by trial id, as sentences. */
  dismissed: Readonly<Record<string, string>>;
  /** What quantizing each weight does to a model's output, by model, where it was measured; null: it cannot be. */
  scans: Readonly<Record<string, ArtifactRef | null>>;
  /** What rounds wanted and could not have, with the reason. */
  refused: readonly NotTried[];
  spent: Spent;
  /** What people did, in order. */
  acts: readonly Act[];
}

/** Seconds. */
export interface Spent {
  /** Since the campaign began. */
  wallClock: number;
  /** Of measuring jobs, by model and target. */
  measuring: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Of all jobs, by model. */
  jobs: Readonly<Record<string, number>>;
}
