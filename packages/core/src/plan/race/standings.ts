import type { Board } from '../../board/board.ts';
import type { Metrics } from '../../board/measurement.ts';
import type { Trial } from '../../board/trial.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Scenario } from '../../campaign/scenario.ts';
import { hopeless } from '../../decide/hopeless.ts';
import { judge, type Judgement } from '../../decide/judge.ts';
import { outlook } from '../../decide/outlook.ts';
import { prefer } from '../../decide/prefer.ts';
import { stopReason } from '../../decide/stop-early.ts';
import type { Rival } from '../../decide/surely-better.ts';
import { rejected } from '../in-force.ts';
import type { PlannedTrial } from '../plan-round.ts';
import { mayLieOnFront } from './fronts.ts';
import { knownBefore } from './known-before.ts';

/** A trial among those of its model and target. */
export interface Standing {
  /** Its row; of a trial never looked at what is known of it all the same. */
  trial: Trial;
  begun: boolean;
  /** It failed or was cancelled, or the campaign's rule gave it up: nothing more can be done about it. */
  closed: boolean;
  /** It does not meet the requirements in any scenario, or hardly. */
  failed: boolean;
  /** The scenarios in which it may yet be selected, with how it stands to the requirements. */
  open: { scenario: Scenario; judgement: Judgement }[];
  /** It may lie on a front that the campaign shows. */
  onFront: boolean;
  /** Verdicts would be left undecided if it were not looked at again. */
  undecided: boolean;
  /** Why it is worth no further look. */
  hopeless: string | undefined;
}

/** A trial that meets every requirement in a scenario. */
export type Passing = Rival & { trial: Trial };

/** The trials of one model on one target. */
export interface Group {
  baseline: Metrics | undefined;
  standings: Standing[];
  /** Those that meet every requirement in a scenario, the baseline among them. */
  passing: Passing[];
  /** Of these the one of each scenario that would be selected now: whom the others have to beat. */
  leaders: Passing[];
}

/** How the trials of each model on each target stand, as of the board. */
export function groupsOf(campaign: Campaign, board: Board): Group[] {
  return campaign.models.flatMap((model) =>
    campaign.targets.map((target) => groupOf(campaign, board, { model: model.id, target: target.id })),
  );
}

function groupOf(campaign: Campaign, board: Board, place: { model: string; target: string }): Group {
  const { requirements, performance: scenarios, stopWhen } = campaign;
  const out = rejected(board.acts);
  const here = ({ model, target }: Pick<Trial, 'model' | 'target'>) =>
    model === place.model && target === place.target;
  const baseline = board.trials.find(
    (trial) => here(trial) && trial.recipe === null && trial.status === 'measured',
  )?.metrics;
  const wanted = (trial: Pick<Trial, 'id' | 'model' | 'target'>) => here(trial) && !out.has(trial.id);
  const rows = new Map(board.trials.filter(wanted).map((trial) => [trial.id, trial]));
  const measured = [...rows.values()].filter(({ status }) => status === 'measured');
  const passing: Passing[] = measured
    .filter(({ artifact }) => artifact !== null)
    .flatMap((trial) =>
      scenarios
        .filter((scenario) => judge({ requirements, trial, baseline, scenario, scenarios }).result === 'pass')
        .map((scenario) => ({ scenario: scenario.name, trial })),
    );
  const leaders = scenarios.flatMap((scenario) => leaderOf(campaign, scenario, passing));
  const standings = board.planned
    .filter(({ trial }) => wanted(trial) && trial.recipe !== null)
    .map((plan) => standingOf(plan, rows.get(plan.trial.id)));
  return { baseline, standings, passing, leaders };

  function standingOf(plan: PlannedTrial, row: Trial | undefined): Standing {
    const trial = row ?? unmeasured(plan, knownBefore(plan, board.trials));
    const closed =
      trial.status === 'failed' ||
      trial.status === 'cancelled' ||
      (stopWhen !== undefined && stopReason(stopWhen, trial.metrics) !== undefined);
    const outlooks = scenarios.map((scenario) => ({
      scenario,
      ...outlook({ campaign, trial, baseline, rivals: leaders, scenario }),
    }));
    const hopeful = closed ? [] : outlooks.filter(({ kind }) => kind !== 'fails');
    const open = hopeful.filter(({ kind }) => kind === 'open' || kind === 'passes');
    const onFront = hopeful.some(({ kind }) => kind !== 'hardly') && mayLieOnFront(campaign, trial, passing);
    const worthALook = open.length > 0 || onFront;
    return {
      trial,
      begun: row !== undefined,
      closed,
      failed: outlooks.every(({ kind }) => kind === 'fails' || kind === 'hardly'),
      open,
      onFront,
      undecided: trial.status === 'measured' && hopeful.some(({ judgement }) => judgement.result !== 'pass'),
      hopeless: closed || worthALook ? undefined : hopeless({ campaign, trial, baseline, rivals: leaders }),
    };
  }
}

function leaderOf(campaign: Campaign, scenario: Scenario, passing: readonly Passing[]): Passing[] {
  const { objectives, performance: scenarios } = campaign;
  const trials = passing.filter((each) => each.scenario === scenario.name).map(({ trial }) => trial);
  if (trials.length === 0) return [];
  return [{ scenario: scenario.name, trial: prefer({ trials, objectives, scenario, scenarios }).winner }];
}

const unmeasured = ({ trial }: PlannedTrial, metrics: Metrics): Trial => ({
  ...trial,
  status: 'measured',
  metrics,
  artifact: null,
  stages: {},
  provenance: {},
});
