import type { Objective } from '../campaign/campaign-file.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { SPEED } from '../plan/known-metrics.ts';
import { headline } from '../plan/scenario-metrics.ts';

/** An objective of one metric. */
export type SingleObjective = Extract<Objective, { minimize: string } | { maximize: string }>;

/** The campaign's own objectives, and those that tell apart what they cannot. */
export function objectiveChain(objectives: readonly Objective[]): Objective[] {
  return [...objectives, { maximize: SPEED }, { minimize: 'model.bytes' }];
}

export const isSingle = (objective: Objective): objective is SingleObjective =>
  'minimize' in objective || 'maximize' in objective;

/** A metric and a direction; `speed` is the scenario's headline, faster first whichever way it is measured. */
export function readObjective(
  objective: SingleObjective,
  scenario: Scenario,
): { metric: string; smallest: boolean } {
  const metric = 'minimize' in objective ? objective.minimize : objective.maximize;
  if (metric !== SPEED) return { metric, smallest: 'minimize' in objective };
  const { name, higherIsBetter } = headline(scenario);
  return { metric: name, smallest: !higherIsBetter };
}

/** The metrics as they are written in an objective. */
export function writtenMetrics(objective: Objective): string[] {
  if ('weighted' in objective) return Object.keys(objective.weighted);
  if ('knee' in objective) return objective.knee;
  return ['minimize' in objective ? objective.minimize : objective.maximize];
}

/** The metrics that an objective looks at in a scenario. */
export const objectiveMetrics = (objective: Objective, scenario: Scenario): string[] =>
  writtenMetrics(objective).map((metric) => measuredAs(metric, scenario));

export const measuredAs = (metric: string, scenario: Scenario): string =>
  metric === SPEED ? headline(scenario).name : metric;
