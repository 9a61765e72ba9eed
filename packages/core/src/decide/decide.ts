import type { Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Scenario } from '../campaign/scenario.ts';
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
import { type Axis, frontWithinNoise, paretoFront } from './front.ts';
import { frontAxes } from './front-axes.ts';
import { judge } from './judge.ts';
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

  const ordered = [...trials].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  for (const model of campaign.models) {
    for (const target of campaign.targets) {
      const here = ordered.filter((trial) => trial.model === model.id && trial.target === target.id);
      const measured = here.filter(({ status }) => status === 'measured');
      const stopped = here.filter(({ status }) => status === 'stopped');
      const baseline = measured.find((trial) => trial.recipe === null)?.metrics;
      if (baseline !== undefined) baselines[`${model.id}/${target.id}`] = baseline;
      for (const axes of frontAxes(campaign, measured)) {
        const placed = comparable(measured, axes, campaign.performance);
        front.push({
          model: model.id,
          target: target.id,
          axes: axes.map(({ metric }) => metric),
          strict: paretoFront(placed, axes).map(({ id }) => id),
          withinNoise: frontWithinNoise(placed, axes).map(({ id }) => id),
        });
      }
      for (const scenario of campaign.performance) {
        const judged = judgeAll(measured, scenario, baseline);
        const givenUp = judgeAll(stopped, scenario, baseline).map(asFailed);
        for (const { trial, judgement } of [...judged, ...givenUp]) {
          (verdicts[trial.id] ??= {})[scenario.name] = judgement.verdicts;
        }
        const selection = select(judged, scenario, baseline);
        if (selection !== undefined) selections.push(selection);
        else {
          misses.push(...nearestMisses([...judged, ...givenUp], scenario.name));
          binding.push(...bindingLimits([...judged, ...givenUp], scenario.name));
        }
        outcomes.push(outcomeOf(judged.filter(({ trial }) => !rejected.has(trial.id))));
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

  function judgeAll(measured: Trial[], scenario: Scenario, baseline: Metrics | undefined): JudgedTrial[] {
    const { requirements, performance: scenarios } = campaign;
    return measured.map((trial) => ({
      trial,
      judgement: judge({
        requirements,
        trial,
        baseline,
        scenario,
        scenarios,
        ...(trial.status === 'stopped' && { unmeasured: 'open' }),
      }),
    }));
  }

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

/** What was given up is not selected, however it stood then. */
const asFailed = ({ trial, judgement }: JudgedTrial): JudgedTrial => ({
  trial,
  judgement: { ...judgement, result: 'fail' },
});

/** A simulated trial's speed is no evidence: it has no place where speed is an axis. */
function comparable(trials: Trial[], axes: readonly Axis[], scenarios: readonly Scenario[]): Trial[] {
  const speed = axes.some(({ metric }) => scenarios.some(({ name }) => metric.startsWith(`${name}.`)));
  return speed ? trials.filter((trial) => !trial.simulated) : trials;
}

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
