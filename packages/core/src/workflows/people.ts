import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { Act } from '../board/act.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { actRefusal } from '../plan/act-refusal.ts';
import { plannedTrial } from '../plan/plan-round.ts';
import type { Step } from '../plan/step.ts';
import type { Ledger } from './ledger.ts';
import { ACT_UPDATE, type ActInput } from './messages.ts';
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
  #asked: Extract<Step, { kind: 'ask' }>['question'] | undefined;
  #acts = 0;
  #over = false;

  constructor({ campaign, ledger, progress }: PeopleOptions) {
    setHandler(
      actUpdate,
      (input) => {
        const act = Act.parse({ ...input, at: Date.now() });
        ledger.act(act);
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
  async ask(question: Extract<Step, { kind: 'ask' }>['question'], ledger: Ledger): Promise<void> {
    const since = Date.now();
    const before = this.#acts;
    this.#asked = question;
    await condition(() => this.#acts > before);
    this.#asked = undefined;
    ledger.waited(Date.now() - since);
  }

  /** Nothing can be changed any more. */
  close(): void {
    this.#over = true;
  }
}
