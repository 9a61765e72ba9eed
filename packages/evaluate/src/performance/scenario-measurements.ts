import type { Metrics, Scenario } from '@quantloop/core';
import { disturbedComparisons } from './disturbed-comparisons.ts';
import { disturbances } from './machine/machine-state.ts';
import type { LoadSamples } from './performance-samples.ts';
import { sequentialMetrics } from './sequential-metrics.ts';
import { saturationMetrics, serverMetrics } from './server/server-metrics.ts';

/** The metrics of a scenario: of each of its loads, and of where a sweep ended; less sure where the machine was disturbed. */
export function scenarioMeasurements(scenario: Scenario, loads: readonly LoadSamples[]): Metrics {
  const metrics = loads.map((samples) => {
    const measured = 'rounds' in samples ? serverMetrics(samples) : sequentialMetrics(samples);
    return disturbances(samples.machine).length > 0 ? disturbedComparisons(measured) : measured;
  });
  if (scenario.scenario === 'server' && 'sweep' in scenario.load) {
    const levels = loads.filter((samples) => 'rounds' in samples);
    const end = saturationMetrics(scenario.name, levels);
    const disturbed = levels.some(({ machine }) => disturbances(machine).length > 0);
    metrics.push(disturbed ? disturbedComparisons(end) : end);
  }
  return Object.assign({}, ...metrics) as Metrics;
}
