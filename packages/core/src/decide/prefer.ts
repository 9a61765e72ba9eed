import type { Estimate } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Objective } from '../campaign/campaign-file.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { evidenceOf } from '../plan/evidence-of.ts';
import { SPEED } from '../plan/known-metrics.ts';
import { headline } from '../plan/scenario-metrics.ts';
import { estimatesOn } from './estimates-on.ts';

/** One step of a preference: who was still in the running, and what it said of them. */
export interface PreferenceStep {
  metric: string;
  direction: 'smallest' | 'largest';
  /** The trials that this objective cannot tell from the best: their intervals overlap. */
  tied: Trial[];
}

export interface Preference {
  winner: Trial;
  runnerUp: Trial | undefined;
  steps: PreferenceStep[];
  /** Trials that no objective could tell from the winner, which is the first of them in the order of names. */
  ties: Trial[];
}

export interface PreferOptions {
  trials: readonly Trial[];
  objectives: readonly Objective[];
  scenario: Scenario;
  /** All scenarios of the campaign: a simulated trial's figures under any of them are no evidence. */
  scenarios: readonly Scenario[];
}

/**
 * Orders the acceptable trials by the objectives, one after the other. A difference within the noise never decides:
 * all whose interval reaches the best one's stay in the running for the next objective. After the campaign's own
 * objectives come speed in the scenario and then size; at last the order of names, so that the answer never depends
 * on the order in which trials finished. `trials` must not be empty.
 */
export function prefer({ trials, objectives, scenario, scenarios }: PreferOptions): Preference {
  const steps: PreferenceStep[] = [];
  let remaining = [...trials].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  let runnerUp: Trial | undefined;
  for (const objective of objectiveChain(objectives)) {
    if (remaining.length === 1) break;
    const { metric, smallest } = readObjective(objective, scenario);
    if (steps.some((step) => step.metric === metric)) continue;
    const timed = evidenceOf(metric, scenarios) === 'repetitions';
    const evident = remaining.filter(({ simulated }) => !(timed && simulated));
    const ranked = rank(evident, metric, smallest);
    if (ranked.length === 0) continue;
    const [best] = ranked;
    const tied = ranked.filter((entry) => !clearlyBetter(best!.estimate, entry.estimate, smallest));
    runnerUp = (tied.length > 1 ? tied[1] : ranked[1])?.trial;
    const inTheRunning = new Set(tied.map(({ trial }) => trial));
    remaining = remaining.filter((trial) => inTheRunning.has(trial));
    steps.push({ metric, direction: smallest ? 'smallest' : 'largest', tied: remaining });
  }
  const [winner, ...ties] = remaining as [Trial, ...Trial[]];
  if (ties.length > 0) runnerUp = ties[0];
  return {
    winner,
    runnerUp: runnerUp === winner ? trials.find((t) => t !== winner) : runnerUp,
    steps,
    ties,
  };
}

/** The campaign's own objectives, and those that tell apart what they cannot. */
export function objectiveChain(objectives: readonly Objective[]): Objective[] {
  return [...objectives, { maximize: SPEED }, { minimize: 'model.bytes' }];
}

/** A metric and a direction; `speed` is the scenario's headline, faster first whichever way it is measured. */
export function readObjective(
  objective: Objective,
  scenario: Scenario,
): { metric: string; smallest: boolean } {
  const metric = 'minimize' in objective ? objective.minimize : objective.maximize;
  if (metric !== SPEED) return { metric, smallest: 'minimize' in objective };
  const { name, higherIsBetter } = headline(scenario);
  return { metric: name, smallest: !higherIsBetter };
}

interface Ranked {
  trial: Trial;
  estimate: Estimate;
}

function rank(trials: readonly Trial[], metric: string, smallest: boolean): Ranked[] {
  const estimates = estimatesOn(trials, metric);
  return trials
    .flatMap((trial, i) => (estimates[i] === undefined ? [] : [{ trial, estimate: estimates[i] }]))
    .sort((a, b) => (smallest ? 1 : -1) * (a.estimate.value - b.estimate.value));
}

function clearlyBetter(a: Estimate, b: Estimate, smallest: boolean): boolean {
  return smallest ? a.high < b.low : a.low > b.high;
}
