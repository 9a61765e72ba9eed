import type { Metrics } from '@quantloop/core';
import { holm } from '../../statistics/holm.ts';

/**
 * Adjusts the p-values of the named metrics by Holm: of twenty tasks one falls "significantly" by chance alone.
 *
 * @param names one metric a task; those without a p-value do not count.
 */
export function adjustOverTasks(metrics: Metrics, names: readonly string[]): Metrics {
  const tested = names.flatMap((name) => {
    const versusBaseline = metrics[name]?.versusBaseline;
    return versusBaseline?.pValue === undefined
      ? []
      : [{ name, versusBaseline, pValue: versusBaseline.pValue }];
  });
  const adjusted = holm(tested.map(({ pValue }) => pValue));
  return Object.assign(
    { ...metrics },
    ...tested.map(({ name, versusBaseline }, i) => ({
      [name]: {
        ...metrics[name]!,
        versusBaseline: { ...versusBaseline, adjustedPValue: adjusted[i]! },
      },
    })),
  ) as Metrics;
}
