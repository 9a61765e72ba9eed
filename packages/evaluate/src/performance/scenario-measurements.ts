import type { Metrics, Scenario } from '@quantloop/core';
import type { LoadSamples } from './performance-samples.ts';
import { sequentialMetrics } from './sequential-metrics.ts';
import { saturationMetrics, serverMetrics } from './server/server-metrics.ts';

/** The metrics of a scenario: of each of its loads, and of where a sweep ended. */
export function scenarioMeasurements(scenario: Scenario, loads: readonly LoadSamples[]): Metrics {
  const metrics = loads.map((samples) =>
    'rounds' in samples ? serverMetrics(samples) : sequentialMetrics(samples),
  );
  if (scenario.scenario === 'server' && 'sweep' in scenario.load) {
    const levels = loads.filter((samples) => 'rounds' in samples);
    metrics.push(saturationMetrics(scenario.name, levels));
  }
  return Object.assign({}, ...metrics) as Metrics;
}
