import type { Act } from '../board/act.ts';
import type { ArtifactRef } from '../board/artifact-ref.ts';
import type { Board } from '../board/board.ts';
import type { Trial } from '../board/trial.ts';
import type { NotTried } from '../decide/decision.ts';
import type { PlannedTrial } from '../plan/plan-round.ts';
import type { KeptRow } from './activities.ts';
import type { TrialWorkflowResult } from './messages.ts';

/** The board of a running campaign, as it grows. Its rows are brief; whole ones are in the store. */
export class Ledger {
  readonly #began = Date.now();
  readonly #rows = new Map<string, Trial>();
  readonly #records = new Map<string, ArtifactRef>();
  readonly #dismissed: Record<string, string> = {};
  readonly #looks = new Map<string, number>();
  readonly #scans: Record<string, ArtifactRef | null> = {};
  readonly #refused: NotTried[] = [];
  readonly #measuring: Record<string, Record<string, number>> = {};
  readonly #jobs: Record<string, number> = {};
  readonly #planned: PlannedTrial[];
  readonly #acts: Act[] = [];
  #round = 1;
  #waited = 0;

  constructor(planned: readonly PlannedTrial[]) {
    this.#planned = [...planned];
  }

  board(): Board {
    return {
      round: this.#round,
      planned: this.#planned,
      trials: this.trials(),
      dismissed: this.#dismissed,
      scans: this.#scans,
      refused: this.#refused,
      spent: {
        wallClock: (Date.now() - this.#began - this.#waited) / 1000,
        measuring: this.#measuring,
        jobs: this.#jobs,
      },
      acts: this.#acts,
    };
  }

  /** The rows, in the order of their ids. */
  trials(): Trial[] {
    return [...this.#rows.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  plan(id: string): PlannedTrial {
    return this.#planned.find(({ trial }) => trial.id === id)!;
  }

  row(id: string): Trial | undefined {
    return this.#rows.get(id);
  }

  /** Which look at the trial this is, from 1. */
  countLook(id: string): number {
    const count = (this.#looks.get(id) ?? 0) + 1;
    this.#looks.set(id, count);
    return count;
  }

  /** Where the whole row is. */
  record(id: string): ArtifactRef | undefined {
    return this.#records.get(id);
  }

  /** The rows for what is done outside of the workflow: by where they are kept, or as they are. */
  keptRows(): (KeptRow | Trial)[] {
    return this.trials().map((trial) => {
      const record = this.#records.get(trial.id);
      // One that could not be kept at its last look is not what is kept of it.
      if (record === undefined || trial.failure?.stage === 'record') return trial;
      return { record, ...(trial.stopped !== undefined && { stopped: trial.stopped }) };
    });
  }

  keep({ trial, record, spent }: TrialWorkflowResult): void {
    this.#rows.set(trial.id, trial);
    if (record !== undefined) this.#records.set(trial.id, record);
    const { model, target } = trial;
    const targets = (this.#measuring[model] ??= {});
    targets[target] = (targets[target] ?? 0) + spent.measuring;
    this.spend(model, spent.jobs);
  }

  /** Seconds of a model's jobs. */
  spend(model: string, seconds: number): void {
    this.#jobs[model] = (this.#jobs[model] ?? 0) + seconds;
  }

  /** Ends a trial; one that was never begun gets no row. */
  giveUp(id: string, reason: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) this.#dismissed[id] = reason;
    else this.#rows.set(id, { ...row, status: 'stopped', stopped: reason });
  }

  scanned(model: string, scan: ArtifactRef | null): void {
    this.#scans[model] = scan;
  }

  /** Once, however many rounds want it. */
  refuse(more: readonly NotTried[]): void {
    const said = ({ model, target, label, reason }: NotTried) => [model, target, label, reason].join('\n');
    const known = new Set(this.#refused.map(said));
    this.#refused.push(...more.filter((each) => !known.has(said(each))));
  }

  beginRound(trials: readonly PlannedTrial[]): void {
    this.#round += 1;
    this.#planned.push(...trials);
  }

  /** Trials that people add to the round there is. */
  add(trials: readonly PlannedTrial[]): void {
    this.#planned.push(...trials);
  }

  act(act: Act): void {
    this.#acts.push(act);
  }

  /** Time in which nothing could be done but wait for people is not the campaign's. */
  waited(milliseconds: number): void {
    this.#waited += milliseconds;
  }
}
