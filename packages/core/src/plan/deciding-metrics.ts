import type { Campaign } from '../campaign/campaign.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { limitsIn } from '../campaign/requirement.ts';
import { measuredAs, objectiveChain, objectiveMetrics } from '../decide/read-objective.ts';
import { namedFronts } from '../decide/front-axes.ts';
import { SPEED } from './known-metrics.ts';
import { headline } from './scenario-metrics.ts';

/** Kept of every trial, whatever a campaign asks: what people look at first, and may come to limit. */
const ALWAYS = ['model.bytes', 'memory.peak', 'recovery.mean', 'recovery.worst'];

/**
 * The metrics that a campaign goes by while it runs. A row has some fifty, a task of many parts hundreds: its workflow keeps
 * these, and the store the whole row.
 */
export function decidingMetrics(campaign: Campaign): string[] {
  const { requirements, objectives, performance, stopWhen } = campaign;
  const limited = limitsIn(requirements).map(({ metric }) => metric);
  return [
    ...new Set([
      ...ALWAYS,
      ...performance.map((scenario) => headline(scenario).name),
      ...limited.filter((metric) => metric !== SPEED),
      ...performance.flatMap((scenario) =>
        objectiveChain(objectives).flatMap((objective) => objectiveMetrics(objective, scenario)),
      ),
      ...(namedFronts(campaign) ?? []).flat(),
      ...(stopWhen === undefined ? [] : [stopWhen.metric]),
    ]),
  ];
}

/** What requirements and objectives go by in one scenario. */
export function metricsThatCount({ requirements, objectives }: Campaign, scenario: Scenario): Set<string> {
  return new Set([
    ...limitsIn(requirements).map(({ metric }) => measuredAs(metric, scenario)),
    ...objectiveChain(objectives).flatMap((objective) => objectiveMetrics(objective, scenario)),
  ]);
}
