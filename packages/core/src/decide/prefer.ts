import type { Estimate } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Objective } from '../campaign/campaign-file.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { evidenceOf } from '../plan/evidence-of.ts';
import { objectiveChain, objectiveMetrics, readObjective } from './read-objective.ts';
import { scoreBy } from './score-by.ts';

/** One step of a preference: who was still in the running, and what it said of them. */
export interface PreferenceStep {
  /** The metric, or what is made of several. */
  name: string;
  direction: 'smallest' | 'largest' | 'best';
  metrics: string[];
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
    const step = asked(objective, scenario);
    if (steps.some(({ name }) => name === step.name)) continue;
    const timed = step.metrics.some((metric) => evidenceOf(metric, scenarios) === 'repetitions');
    const evident = remaining.filter(({ simulated }) => !(timed && simulated));
    const ranked = rank(evident, scoreBy(objective, evident, scenario));
    if (ranked.length === 0) continue;
    const [best] = ranked;
    const tied = ranked.filter((entry) => !(best!.score.high < entry.score.low));
    runnerUp = (tied.length > 1 ? tied[1] : ranked[1])?.trial;
    const inTheRunning = new Set(tied.map(({ trial }) => trial));
    remaining = remaining.filter((trial) => inTheRunning.has(trial));
    steps.push({ ...step, tied: remaining });
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

interface Ranked {
  trial: Trial;
  score: Estimate;
}

function rank(trials: readonly Trial[], scores: readonly (Estimate | undefined)[]): Ranked[] {
  return trials
    .flatMap((trial, i) => (scores[i] === undefined ? [] : [{ trial, score: scores[i] }]))
    .sort((a, b) => a.score.value - b.score.value);
}

/** What an objective prefers, in words, and the metrics that it looks at. */
export function asked(objective: Objective, scenario: Scenario): Omit<PreferenceStep, 'tied'> {
  const metrics = objectiveMetrics(objective, scenario);
  if ('weighted' in objective) {
    const weights = Object.values(objective.weighted);
    const terms = metrics.map((metric, i) => `${metric} (weight ${weights[i]})`);
    return { name: `weighted mean of ${terms.join(' and ')}`, direction: 'best', metrics };
  }
  if ('knee' in objective) {
    return { name: `place at the knee of ${metrics.join(' against ')}`, direction: 'best', metrics };
  }
  const { metric, smallest } = readObjective(objective, scenario);
  return { name: metric, direction: smallest ? 'smallest' : 'largest', metrics };
}
