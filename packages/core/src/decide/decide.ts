import type { Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { groupBy } from '../plan/group-by.ts';
import { because } from './because.ts';
import { bindingLimits } from './binding-limits.ts';
import type {
  BindingLimit,
  FrontEntry,
  NearestMiss,
  Outcome,
  Selection,
  Verdict,
  Verdicts,
} from './decision.ts';
import { frontsOf } from './front.ts';
import { frontAxes } from './front-axes.ts';
import { isEvidence } from './is-evidence.ts';
import { judgeIn, type Judgement } from './judge.ts';
import { type JudgedTrial, nearestMisses } from './nearest-misses.ts';
import { prefer } from './prefer.ts';

export interface DecideOptions {
  /** Ids of trials that people do not want, whatever was measured. @default none */
  rejected?: ReadonlySet<string>;
}

/**
 * Judges every trial by what was measured of it, draws the fronts, and selects a winner for each model, target and
 * scenario, or names the nearest misses. Pure; the order of the trials does not change the decision.
 */
export function decide(
  campaign: Campaign,
  trials: readonly Trial[],
  { rejected = new Set() }: DecideOptions = {},
): Verdicts {
  const selections: Selection[] = [];
  const misses: NearestMiss[] = [];
  const binding: BindingLimit[] = [];
  const front: FrontEntry[] = [];
  const baselines: Record<string, Metrics> = {};
  const verdicts: Record<string, Record<string, Verdict[]>> = {};
  const outcomes: Outcome[] = [];

  const placed = groupBy(trials, ({ model, target }) => `${model}/${target}`);
  for (const model of campaign.models) {
    for (const target of campaign.targets) {
      const place = `${model.id}/${target.id}`;
      const here = [...(placed.get(place) ?? [])].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
      const measured = here.filter(({ status }) => status === 'measured');
      const stopped = here.filter(({ status }) => status === 'stopped');
      const baseline = measured.find((trial) => trial.recipe === null)?.metrics;
      if (baseline !== undefined) baselines[place] = baseline;
      const fronts = frontsOf(measured, { counts: (trial, metric) => isEvidence(trial, metric, campaign) });
      for (const axes of frontAxes(campaign, measured)) {
        front.push({
          model: model.id,
          target: target.id,
          axes: axes.map(({ metric }) => metric),
          strict: fronts.strict(axes).map(({ id }) => id),
          withinNoise: fronts.withinNoise(axes).map(({ id }) => id),
        });
      }
      const { requirements, performance: scenarios } = campaign;
      const judgeEach = judgeIn({ requirements, target: target.id, baseline, scenarios, decided: scenarios });
      const judged = judgedIn(scenarios, measured, (trial) => judgeEach(trial));
      const givenUp = judgedIn(scenarios, stopped, (trial) => judgeEach(trial, 'open').map(asFailed));
      for (const [i, scenario] of scenarios.entries()) {
        const all = [...judged[i]!, ...givenUp[i]!];
        for (const { trial, judgement } of all) {
          (verdicts[trial.id] ??= {})[scenario.name] = judgement.verdicts;
        }
        const selection = select(judged[i]!, scenario, baseline);
        if (selection !== undefined) selections.push(selection);
        else {
          misses.push(...nearestMisses(all, scenario.name));
          binding.push(...bindingLimits(all, scenario.name));
        }
        outcomes.push(outcomeOf(judged[i]!.filter(({ trial }) => !rejected.has(trial.id))));
      }
    }
  }
  return {
    schemaVersion: 1,
    campaign: campaign.campaign,
    outcome: overall(outcomes),
    selections,
    front,
    nearestMisses: misses,
    binding,
    baseline: baselines,
    verdicts,
  };

  function select(
    judged: JudgedTrial[],
    scenario: Scenario,
    baseline: Metrics | undefined,
  ): Selection | undefined {
    const acceptable = judged.filter(
      ({ judgement, trial }) =>
        judgement.result === 'pass' && trial.artifact !== null && !rejected.has(trial.id),
    );
    if (acceptable.length === 0) return undefined;
    const preference = prefer({
      trials: acceptable.map(({ trial }) => trial),
      objectives: campaign.objectives,
      scenario,
      scenarios: campaign.performance,
    });
    const { winner, runnerUp, ties } = preference;
    return {
      model: winner.model,
      target: winner.target,
      scenario: scenario.name,
      trial: winner.id,
      label: winner.label,
      recipe: winner.recipe,
      artifact: winner.artifact!,
      verdicts: verdicts[winner.id]![scenario.name]!,
      because: because({
        preference,
        scenario,
        baseline,
        acceptable: acceptable.length,
        measured: judged.length,
      }),
      runnerUp: runnerUp?.id ?? null,
      ties: ties.map(({ id }) => id),
    };
  }
}

/** The trials with how they stand in each of the scenarios. */
function judgedIn(
  scenarios: readonly Scenario[],
  trials: readonly Trial[],
  judgeEach: (trial: Trial) => Judgement[],
): JudgedTrial[][] {
  const judgements = trials.map(judgeEach);
  return scenarios.map((_, i) => trials.map((trial, k) => ({ trial, judgement: judgements[k]![i]! })));
}

/** What was given up is not selected, however it stood then. */
const asFailed = (judgement: Judgement): Judgement => ({ ...judgement, result: 'fail' });

function outcomeOf(judged: readonly JudgedTrial[]): Outcome {
  const results = judged.map(({ judgement }) => judgement.result);
  if (results.includes('pass')) return 'selected';
  return results.includes('inconclusive') ? 'inconclusive' : 'none-acceptable';
}

/** Selected only when every model, target and scenario has its winner. */
function overall(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('none-acceptable')) return 'none-acceptable';
  return outcomes.includes('inconclusive') ? 'inconclusive' : 'selected';
}
