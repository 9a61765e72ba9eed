import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { Act, type ActInput } from '../board/act.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { decide } from '../decide/decide.ts';
import { actRefusal } from '../plan/act-refusal.ts';
import { inForce, rejected } from '../plan/in-force.ts';
import { finishedBy, pausedBy } from '../plan/pauses.ts';
import { plannedTrial } from '../plan/plan-round.ts';
import { recordedAct } from '../plan/recorded-act.ts';
import type { Ledger } from './ledger.ts';
import { ACT_UPDATE, type Question } from './messages.ts';
import type { Progress } from './progress.ts';

/** What a person wants done; answers with the act as it stands in the record. */
export const actUpdate = defineUpdate<Act, [ActInput]>(ACT_UPDATE);

export interface PeopleOptions {
  campaign: Campaign;
  ledger: Ledger;
  progress: Progress;
}

/** People in the loop: takes what they want done, refuses what makes no sense now, and waits for them where asked to. */
export class People {
  #asked: Question['kind'] | undefined;
  #acts = 0;
  #over = false;

  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    const { campaign, ledger, progress } = options;
    this.#options = options;
    setHandler(
      actUpdate,
      (input) => {
        const { requirements } = inForce(campaign, ledger.acts());
        const act = Act.parse(recordedAct(input, { at: Date.now(), requirements }));
        ledger.act(act);
        progress.act(act);
        this.#acts += 1;
        if (act.kind === 'add-recipe') {
          const trials = campaign.models.flatMap(({ id: model }) =>
            campaign.targets.map((target) =>
              plannedTrial(campaign, act, {
                model,
                target,
                round: ledger.board().round,
                planned: `Added by ${act.by}.`,
              }),
            ),
          );
          ledger.add(trials);
          progress.plan(trials);
        }
        return act;
      },
      {
        validator: (input) => {
          const refusal = actRefusal(input, {
            campaign,
            board: ledger.board(),
            asked: this.#asked,
            over: this.#over,
          });
          if (refusal === undefined) return;
          throw ApplicationFailure.nonRetryable(refusal.message, 'invalid-act', { hint: refusal.hint });
        },
      },
    );
  }

  /** Waits until somebody does something. */
  async ask(kind: Question['kind']): Promise<void> {
    const { campaign, ledger, progress } = this.#options;
    const since = Date.now();
    const before = this.#acts;
    const { trials, acts } = ledger.board();
    const { selections, nearestMisses } = decide(inForce(campaign, acts), trials, {
      rejected: rejected(acts),
    });
    this.#asked = kind;
    progress.ask({
      kind,
      selections: selections.map(({ model, target, scenario, trial, label, because }) => ({
        ...{ model, target, scenario, trial, label, because },
      })),
      nearestMisses: nearestMisses.map(({ model, target, scenario, trial, label, relaxation }) => ({
        ...{ model, target, scenario, trial, label, relaxation },
      })),
    });
    await condition(() => this.#acts > before);
    this.#asked = undefined;
    progress.ask(undefined);
    ledger.waited(Date.now() - since);
  }

  /** Waits while the campaign is paused; answers whether anything further is to begin. */
  async admit(): Promise<boolean> {
    const { ledger } = this.#options;
    if (pausedBy(ledger.acts()) !== undefined) {
      await condition(() => pausedBy(ledger.acts()) === undefined);
    }
    return finishedBy(ledger.acts()) === undefined;
  }

  /** Nothing can be changed any more. */
  close(): void {
    this.#over = true;
  }
}
