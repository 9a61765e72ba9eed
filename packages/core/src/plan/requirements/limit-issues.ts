import { limitOf, type MetricRequirement } from '../../campaign/requirement.ts';
import type { SpecIssue } from '../../errors/invalid-spec.ts';
import type { KnownMetric } from '../scenario-metrics.ts';

const RATIOS: readonly string[] = ['minRecovery', 'minSpeedup', 'maxRatio'];

const WORDS = { size: 'a size', duration: 'a duration' } as const;

/** A limit whose unit is not that of what it limits. */
export function limitIssues(
  limits: Omit<MetricRequirement, 'metric'>,
  metrics: readonly KnownMetric[],
  path: (string | number)[],
): SpecIssue[] {
  const { kind, limit } = limitOf(limits);
  const { dimension } = limit;
  if (dimension === undefined) return [];
  if (RATIOS.includes(kind)) {
    return [
      {
        path: [...path, kind],
        message: `${kind} is a ratio to the baseline, and no ${dimension}.`,
        hint: 'Write a plain number such as 1.5, or a percentage.',
      },
    ];
  }
  const [strange] = metrics.filter((metric) => metric.dimension !== dimension);
  if (strange === undefined) return [];
  const is = strange.dimension === undefined ? `not ${WORDS[dimension]}` : WORDS[strange.dimension];
  return [
    {
      path: [...path, kind],
      message: `${strange.name} is ${is}, but its limit is ${WORDS[dimension]}.`,
      hint: 'Write the limit in the unit of the metric.',
    },
  ];
}
