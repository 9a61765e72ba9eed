import type { CampaignFile } from '../campaign/campaign-file.ts';
import type { Scenario } from '../campaign/evaluation.ts';

/** A metric that a campaign will measure. */
export interface KnownMetric {
  name: string;
  higherIsBetter: boolean;
}

/** Stands for the headline metric of whichever scenario is being decided. */
export const SPEED = 'speed';

const PERCENTILES = ['p50', 'p90', 'p99'];

/** The metrics of every trial that come from no task and no scenario. */
export const MODEL_METRICS: readonly KnownMetric[] = [
  { name: 'model.bytes', higherIsBetter: false },
  { name: 'model.bits_per_weight', higherIsBetter: false },
  { name: 'model.weight_error', higherIsBetter: false },
  { name: 'memory.peak', higherIsBetter: false },
];

/** The metrics that a kl-divergence check measures. */
export const DIVERGENCE_METRICS: readonly KnownMetric[] = [
  { name: 'kl-divergence.mean', higherIsBetter: false },
  { name: 'kl-divergence.median', higherIsBetter: false },
  { name: 'kl-divergence.p99', higherIsBetter: false },
  { name: 'kl-divergence.top1_agreement', higherIsBetter: true },
];

/** The metrics that a scenario measures, as vLLM's benchmark defines them. */
export function scenarioMetrics(scenario: Scenario): KnownMetric[] {
  const { name } = scenario;
  if (scenario.scenario === 'offline') {
    return [
      { name: `${name}.tokens_per_second`, higherIsBetter: true },
      ...scenario.batch.flatMap((size) => [
        { name: `${name}.batch${size}.tokens_per_second`, higherIsBetter: true },
        { name: `${name}.batch${size}.ttft.p50`, higherIsBetter: false },
        { name: `${name}.batch${size}.tpot.p50`, higherIsBetter: false },
      ]),
    ];
  }
  return [
    ...['ttft', 'tpot', 'itl'].flatMap((metric) =>
      PERCENTILES.map((percentile) => ({ name: `${name}.${metric}.${percentile}`, higherIsBetter: false })),
    ),
    { name: `${name}.tokens_per_second`, higherIsBetter: true },
  ];
}

/** The one number a scenario is about: time per output token when one user waits, tokens per second offline. */
export function headlineMetric(scenario: Scenario): string {
  return scenario.scenario === 'offline' ? `${scenario.name}.tokens_per_second` : `${scenario.name}.tpot.p50`;
}

/** Every metric that may stand in the requirements and objectives of a campaign. */
export function knownMetrics(file: CampaignFile, fidelityMetrics: readonly KnownMetric[]): KnownMetric[] {
  return [
    ...fidelityMetrics,
    ...file.evaluation.performance.flatMap(scenarioMetrics),
    ...MODEL_METRICS,
    { name: SPEED, higherIsBetter: true },
  ];
}
