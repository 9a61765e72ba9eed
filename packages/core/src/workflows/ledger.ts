import type { Act } from '../board/act.ts';
import type { ArtifactRef } from '../board/artifact-ref.ts';
import type { Board } from '../board/board.ts';
import type { Trial } from '../board/trial.ts';
import type { NotTried } from '../decide/decision.ts';
import { pausedFor } from '../plan/pauses.ts';
import type { PlannedTrial } from '../plan/plan-round.ts';
import type { LedgerPart, LedgerRest, TrialWorkflowResult } from './messages.ts';
import { RowFeed } from './row-feed.ts';

/** A row in brief takes some three kilobytes, a planned mix of precisions five; a payload may have two million. */
const IN_A_PART = 200;

/** The board of a running campaign, as it grows. Its rows are brief; whole ones are in the store. */
export class Ledger {
  readonly feed = new RowFeed();
  readonly #began: number;
  readonly #rows = new Map<string, Trial>();
  readonly #records = new Map<string, ArtifactRef>();
  readonly #dismissed: Record<string, string> = {};
  readonly #looks = new Map<string, number>();
  readonly #scans: Record<string, ArtifactRef | null>;
  readonly #refused: NotTried[];
  readonly #measuring: Record<string, Record<string, number>>;
  readonly #jobs: Record<string, number>;
  readonly #planned: PlannedTrial[] = [];
  readonly #plans = new Map<string, PlannedTrial>();
  readonly #first: number;
  readonly #acts: Act[];
  #round: number;
  #waited: number;

  /** @param planned the first round */
  constructor(planned: readonly PlannedTrial[], rest: LedgerRest = beginning()) {
    this.add(planned);
    this.#first = planned.length;
    this.#began = rest.began;
    this.#waited = rest.waited;
    this.#round = rest.round;
    this.#scans = { ...rest.scans };
    this.#refused = [...rest.refused];
    this.#acts = [...rest.acts];
    this.#jobs = { ...rest.jobs };
    this.#measuring = Object.fromEntries(
      Object.entries(rest.measuring).map(([model, targets]) => [model, { ...targets }]),
    );
  }

  board(): Board {
    const now = Date.now();
    return {
      round: this.#round,
      planned: this.#planned,
      trials: this.trials(),
      dismissed: this.#dismissed,
      scans: this.#scans,
      refused: this.#refused,
      spent: {
        wallClock: (now - this.#began - this.#waited - pausedFor(this.#acts, now)) / 1000,
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
    return this.#plans.get(id)!;
  }

  row(id: string): Trial | undefined {
    return this.#rows.get(id);
  }

  /** How many looks there have been at a trial. */
  looks(id: string): number {
    return this.#looks.get(id) ?? 0;
  }

  /** Which look at the trial this is, from 1. */
  countLook(id: string): number {
    const count = this.looks(id) + 1;
    this.#looks.set(id, count);
    return count;
  }

  /** Where the whole row is. */
  record(id: string): ArtifactRef | undefined {
    return this.#records.get(id);
  }

  keep({ trial, record, spent }: TrialWorkflowResult): void {
    this.#set(trial);
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
    else this.#set({ ...row, status: 'stopped', stopped: reason });
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
    this.add(trials);
  }

  /** Trials of the round there is. */
  add(trials: readonly PlannedTrial[]): void {
    for (const each of trials) {
      this.#planned.push(each);
      this.#plans.set(each.trial.id, each);
    }
  }

  acts(): readonly Act[] {
    return this.#acts;
  }

  act(act: Act): void {
    this.#acts.push(act);
  }

  /** Time in which nothing could be done but wait for people is not the campaign's. */
  waited(milliseconds: number): void {
    this.#waited += milliseconds;
  }

  /** What grows with the number of trials, in parts of a megabyte at most; to be restored with all parts, in order. */
  parts(): LedgerPart[] {
    const rows = this.trials().map((trial) => {
      const record = this.#records.get(trial.id);
      return { trial, ...(record !== undefined && { record }), looks: this.looks(trial.id) };
    });
    const added = this.#planned.slice(this.#first);
    const dismissed = Object.entries(this.#dismissed);
    const count = Math.ceil(Math.max(rows.length, added.length, dismissed.length) / IN_A_PART);
    return Array.from({ length: count }, (_, i) => {
      const part = <T>(all: readonly T[]) => all.slice(i * IN_A_PART, (i + 1) * IN_A_PART);
      return { rows: part(rows), added: part(added), dismissed: part(dismissed) };
    });
  }

  restore({ rows, added, dismissed }: LedgerPart): void {
    for (const { trial, record, looks } of rows) {
      this.#set(trial);
      this.#looks.set(trial.id, looks);
      if (record !== undefined) this.#records.set(trial.id, record);
    }
    this.add(added);
    Object.assign(this.#dismissed, Object.fromEntries(dismissed));
  }

  /** What does not grow with the number of trials. */
  rest(): LedgerRest {
    return {
      ...{ began: this.#began, waited: this.#waited, round: this.#round },
      ...{ scans: this.#scans, refused: this.#refused, acts: this.#acts },
      ...{ measuring: this.#measuring, jobs: this.#jobs },
    };
  }

  #set(row: Trial): void {
    this.#rows.set(row.id, row);
    this.feed.changed(row);
  }
}

const beginning = (): LedgerRest => ({
  ...{ began: Date.now(), waited: 0, round: 1 },
  ...{ scans: {}, refused: [], acts: [], measuring: {}, jobs: {} },
});
