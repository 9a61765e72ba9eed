import type { Scenario } from '../campaign/scenario.ts';

const OTHERS = ['model', 'memory', 'gpu'];

/** Whether a metric tells what a model can do, rather than what it takes or how fast it is. */
export function isQuality(metric: string, scenarios: readonly Pick<Scenario, 'name'>[]): boolean {
  return ![...scenarios.map(({ name }) => name), ...OTHERS].some((prefix) => metric.startsWith(`${prefix}.`));
}
