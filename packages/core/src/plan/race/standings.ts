import type { Board } from '../../board/board.ts';
import type { Metrics } from '../../board/measurement.ts';
import type { Trial } from '../../board/trial.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Scenario } from '../../campaign/scenario.ts';
import { hopeless } from '../../decide/hopeless.ts';
import { judge, type Judgement } from '../../decide/judge.ts';
import { stopReason } from '../../decide/stop-early.ts';
import { type Rival, surelyBetter } from '../../decide/surely-better.ts';
import { rejected } from '../in-force.ts';
import type { PlannedTrial } from '../plan-round.ts';
import { mayLieOnFront } from './fronts.ts';
import { knownBefore } from './known-before.ts';

/** A trial among those of its model and target. */
export interface Standing {
  plan: PlannedTrial;
  /** Its row; of a trial never looked at what is known of it all the same. */
  trial: Trial;
  begun: boolean;
  /** It failed or was cancelled, or the campaign's rule gave it up: nothing more can be done about it. */
  closed: boolean;
  /** The scenarios in which it may yet be selected, with how it stands to the requirements. */
  open: { scenario: Scenario; judgement: Judgement }[];
  /** It may lie on a front that the campaign shows. */
  onFront: boolean;
  /** Verdicts would be left undecided if it were not looked at again. */
  undecided: boolean;
  /** Why it is worth no further look. */
  hopeless: string | undefined;
}

/** The trials of one model on one target. */
export interface Group {
  baseline: Metrics | undefined;
  standings: Standing[];
  /** Those that meet every requirement, the baseline among them. */
  rivals: (Rival & { trial: Trial })[];
}

/** How the trials of each model on each target stand, as of the board. */
export function groupsOf(campaign: Campaign, board: Board): Group[] {
  return campaign.models.flatMap((model) =>
    campaign.targets.map((target) => groupOf(campaign, board, { model: model.id, target: target.id })),
  );
}

function groupOf(campaign: Campaign, board: Board, place: { model: string; target: string }): Group {
  const here = ({ model, target }: Pick<Trial, 'model' | 'target'>) =>
    model === place.model && target === place.target;
  const rows = new Map(board.trials.filter(here).map((trial) => [trial.id, trial]));
  const baseline = [...rows.values()].find(
    ({ recipe, status }) => recipe === null && status === 'measured',
  )?.metrics;
  const out = rejected(board.acts);
  const rivals = [...rows.values()]
    .filter(({ id, status, artifact }) => status === 'measured' && artifact !== null && !out.has(id))
    .flatMap((trial) =>
      campaign.performance
        .filter((scenario) => judgeIn(scenario, trial).result === 'pass')
        .map((scenario) => ({ scenario: scenario.name, trial })),
    );
  const standings = board.planned
    .filter(({ trial }) => here(trial) && trial.recipe !== null && !out.has(trial.id))
    .map((plan) => standingOf(plan, rows.get(plan.trial.id)));
  return { baseline, standings, rivals };

  function standingOf(plan: PlannedTrial, row: Trial | undefined): Standing {
    const trial = row ?? unmeasured(plan, knownBefore(plan, board.trials));
    const begun = row !== undefined;
    const { stopWhen } = campaign;
    const closed =
      trial.status === 'failed' ||
      trial.status === 'cancelled' ||
      (stopWhen !== undefined && stopReason(stopWhen, trial.metrics) !== undefined);
    const hopeful = closed
      ? []
      : campaign.performance
          .map((scenario) => ({ scenario, judgement: judgeIn(scenario, trial) }))
          .filter(({ judgement }) => judgement.result !== 'fail');
    const open = hopeful.filter(({ scenario }) => !rivals.some((rival) => isAhead(rival, scenario, trial)));
    const onFront = hopeful.length > 0 && mayLieOnFront(campaign, trial, rivals);
    const done = closed || open.length > 0 || onFront;
    return {
      plan,
      trial,
      begun,
      closed,
      open,
      onFront,
      undecided: trial.status === 'measured' && hopeful.some(({ judgement }) => judgement.result !== 'pass'),
      hopeless: done ? undefined : hopeless({ campaign, trial, baseline, rivals }),
    };
  }

  function judgeIn(scenario: Scenario, trial: Trial): Judgement {
    const { requirements, performance: scenarios } = campaign;
    const whole = trial.status === 'measured' && rows.has(trial.id);
    return judge({
      requirements,
      trial,
      baseline,
      scenario,
      scenarios,
      ...(!whole && { unmeasured: 'open' }),
    });
  }

  function isAhead({ scenario: name, trial: rival }: Rival, scenario: Scenario, trial: Trial): boolean {
    if (name !== scenario.name || rival.id === trial.id) return false;
    return surelyBetter({ campaign, scenario, rival, trial }) !== undefined;
  }
}

const unmeasured = ({ trial }: PlannedTrial, metrics: Metrics): Trial => ({
  ...trial,
  status: 'measured',
  metrics,
  artifact: null,
  stages: {},
  provenance: {},
});
