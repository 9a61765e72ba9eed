import type { Trial } from '../board/trial.ts';
import type { PlannedTrial } from '../plan/plan-round.ts';
import type { CampaignPhase, CampaignProgress, CampaignWorkflowInput, TrialProgress } from './messages.ts';

/** Where a campaign stands, kept for the progress query; and how long each phase took. */
export class Progress {
  readonly #input: CampaignWorkflowInput;
  readonly #trials: Map<string, TrialProgress>;
  readonly #phases: Record<string, number> = {};
  #phase: CampaignPhase = 'import';
  #since = Date.now();

  constructor(input: CampaignWorkflowInput, workflowId: string, planned: readonly PlannedTrial[]) {
    this.#input = input;
    this.#trials = new Map(
      planned.map(({ trial: { id, label, model, target } }) => [
        id,
        { id, label, model, target, status: 'waiting', workflowId: `${workflowId}/${input.run}/${id}` },
      ]),
    );
  }

  enter(phase: CampaignPhase): void {
    const now = Date.now();
    this.#phases[this.#phase] = (this.#phases[this.#phase] ?? 0) + (now - this.#since) / 1000;
    this.#phase = phase;
    this.#since = now;
  }

  workflowIdOf(trial: string): string {
    return this.#of(trial).workflowId;
  }

  begin(trial: string): void {
    this.#of(trial).status = 'running';
  }

  skip(trial: string): void {
    this.#of(trial).status = 'not-begun';
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

  phases(): Record<string, number> {
    return { ...this.#phases };
  }

  snapshot(): CampaignProgress {
    const { run, specDigest, folder } = this.#input;
    return { run, specDigest, folder, phase: this.#phase, trials: [...this.#trials.values()] };
  }

  #of(trial: string): TrialProgress {
    return this.#trials.get(trial)!;
  }
}
