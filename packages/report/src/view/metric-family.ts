import type { Campaign } from '@quantloop/core';

/** What a metric speaks of: what the model knows, how its answers look, how fast it is under one scenario, or what it weighs. */
export type MetricFamily =
  { kind: 'fidelity' } | { kind: 'answers' } | { kind: 'speed'; scenario: string } | { kind: 'size' };

/** The family of a metric, by its first word: a scenario's name, `prompts`, `model`, `memory`, else a task or a divergence. */
export function metricFamily(campaign: Campaign, metric: string): MetricFamily {
  const scenario = campaign.performance.find(({ name }) => metric.startsWith(`${name}.`));
  if (scenario !== undefined) return { kind: 'speed', scenario: scenario.name };
  if (metric.startsWith('model.') || metric.startsWith('memory.')) return { kind: 'size' };
  if (metric.startsWith('prompts.')) return { kind: 'answers' };
  return { kind: 'fidelity' };
}
