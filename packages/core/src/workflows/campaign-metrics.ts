import { metricMeter } from '@temporalio/workflow';
import type { Trial } from '../board/trial.ts';
import type { DecisionSummary } from '../decide/decision.ts';
import type { NightEvent } from '../decide/night-events.ts';

const campaigns = metricMeter.createCounter(
  'quantloop_campaigns',
  undefined,
  'Campaigns that ended, by outcome; `failed` where there is none',
);
const trials = metricMeter.createCounter(
  'quantloop_trials',
  undefined,
  'Trials on the boards of campaigns that were decided, by status',
);
const looks = metricMeter.createCounter(
  'quantloop_looks',
  undefined,
  'Looks at trials that ended, recalled ones included, by the status they left the trial in',
);
const nights = metricMeter.createCounter(
  'quantloop_night_events',
  undefined,
  'What nights changed: regressions, better winners, failures',
);

/** What workflows count, once for each event however often they are replayed. */
export const count = {
  look: ({ status, model, target }: Trial) => looks.add(1, { status, model, target }),
  board: (board: readonly Trial[]) => {
    for (const { status, model, target } of board) trials.add(1, { status, model, target });
  },
  campaign: (outcome: DecisionSummary['outcome'] | 'failed') => campaigns.add(1, { outcome }),
  night: ({ kind }: NightEvent) => nights.add(1, { kind }),
};
