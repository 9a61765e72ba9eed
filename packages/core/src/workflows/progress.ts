import { type Effort, FULL_EFFORT } from '../board/evidence.ts';
import type { Act } from '../board/act.ts';
import type { Trial } from '../board/trial.ts';
import { pausedBy } from '../plan/pauses.ts';
import type { PlannedTrial } from '../plan/plan-round.ts';
import type { Ledger } from './ledger.ts';
import type {
  CampaignPhase,
  CampaignWorkflowInput,
  ProgressAnswer,
  Question,
  TrialProgress,
} from './messages.ts';

/** Trials of an answer, each of half a kilobyte and some of five; a payload may have two million. */
const MOST = 500;

/** Where a campaign stands, kept for the progress query; and how long each phase took. */
export class Progress {
  readonly #input: CampaignWorkflowInput;
  readonly #workflowId: string;
  readonly #trials = new Map<string, TrialProgress>();
  readonly #phases: Record<string, number> = {};
  readonly #acts: Act[] = [];
  #phase: CampaignPhase = 'import';
  #round = 0;
  #asked: Question | undefined;
  #since = Date.now();
  #held: CampaignPhase = 'import';

  constructor(input: CampaignWorkflowInput, workflowId: string, planned: readonly PlannedTrial[]) {
    this.#input = input;
    this.#workflowId = workflowId;
    Object.assign(this.#phases, input.handedOver?.phases);
    this.plan(planned);
  }

  /** As it stood when the run before this one handed over. */
  restore(ledger: Ledger): void {
    const { planned, dismissed, round, acts } = ledger.board();
    this.plan(planned);
    for (const { trial } of planned) {
      const row = ledger.row(trial.id);
      const reason = dismissed[trial.id];
      if (row !== undefined) {
        this.begin(trial.id, row.effort ?? FULL_EFFORT, ledger.looks(trial.id));
        this.finish(row);
      } else if (reason !== undefined) this.giveUp(trial.id, reason);
    }
    this.#round = round;
    for (const act of acts) this.act(act);
  }

  /** @param round that is measured from now on; absent: the same */
  enter(phase: CampaignPhase, round = this.#round): void {
    const now = Date.now();
    this.#phases[this.#phase] = (this.#phases[this.#phase] ?? 0) + (now - this.#since) / 1000;
    this.#phase = phase;
    this.#round = round;
    this.#since = now;
  }

  /** @param question undefined: answered */
  ask(question: Question | undefined): void {
    this.#asked = question;
  }

  act(act: Act): void {
    const before = pausedBy(this.#acts);
    this.#acts.push(act);
    const now = pausedBy(this.#acts);
    if (before === undefined && now !== undefined) {
      this.#held = this.#phase;
      this.enter('paused');
    }
    if (before !== undefined && now === undefined) this.enter(this.#held);
  }

  plan(trials: readonly PlannedTrial[]): void {
    for (const { trial } of trials) {
      const { id, label, model, target, round, planned } = trial;
      this.#trials.set(id, {
        ...{ id, label, model, target, round, status: 'waiting' },
        ...(planned !== undefined && { planned }),
        workflowId: this.#lookId(id, 1),
      });
    }
  }

  workflowIdOf(trial: string): string {
    return this.#of(trial).workflowId;
  }

  /** @param look how many there have been, this one included */
  begin(trial: string, effort: Effort, look: number): void {
    Object.assign(this.#of(trial), { status: 'running', effort, workflowId: this.#lookId(trial, look) });
  }

  finish(trial: Trial): void {
    const { status, failure, stopped, stages } = trial;
    Object.assign(this.#of(trial.id), {
      status,
      stages,
      ...(failure !== undefined && { failure }),
      ...(stopped !== undefined && { stopped }),
    });
  }

  giveUp(trial: string, reason: string): void {
    const row = this.#of(trial);
    Object.assign(row, { status: row.status === 'waiting' ? 'not-begun' : 'stopped', stopped: reason });
  }

  phases(): Record<string, number> {
    return { ...this.#phases };
  }

  /** @param from of the trials, in the order of planning, the first that is told */
  snapshot(from = 0): ProgressAnswer {
    const { run, specDigest, folder } = this.#input;
    const over = this.#phase === 'report' || this.#phase === 'done';
    const told = [...this.#trials.values()].slice(from, from + MOST);
    const trials = told.map((trial) =>
      over && trial.status === 'waiting' ? { ...trial, status: 'not-begun' as const } : trial,
    );
    const asked = this.#asked;
    return {
      ...{ run, specDigest, folder, phase: this.#phase, round: this.#round },
      ...(asked !== undefined && { asked }),
      acts: [...this.#acts],
      trials,
      more: from + MOST < this.#trials.size,
    };
  }

  #lookId(trial: string, look: number): string {
    const first = `${this.#workflowId}/${this.#input.run}/${trial}`;
    return look === 1 ? first : `${first}/look-${look}`;
  }

  #of(trial: string): TrialProgress {
    return this.#trials.get(trial)!;
  }
}
