import type { Scenario } from '../campaign/scenario.ts';

/** Metrics of no task that are measured whole at the first look. */
const FIXED = ['model', 'memory', 'gpu', 'kl-divergence', 'perplexity', 'prompts'];

/**
 * What a metric rests on: the scenarios' repetitions, the tasks' documents, both of which further looks may add to, or
 * what every look sees whole (`fixed`).
 */
export function evidenceOf(
  metric: string,
  scenarios: readonly Pick<Scenario, 'name'>[],
): 'repetitions' | 'documents' | 'fixed' {
  const of = (prefix: string) => metric.startsWith(`${prefix}.`);
  if (scenarios.some(({ name }) => of(name))) return 'repetitions';
  return FIXED.some(of) ? 'fixed' : 'documents';
}
