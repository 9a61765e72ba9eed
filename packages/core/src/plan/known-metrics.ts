import type { PerplexityConvention } from '../campaign/perplexity.ts';
import { Fault } from '../board/prompt-answers.ts';
import type { Sampling } from '../campaign/prompts.ts';
import type { CampaignFile } from '../campaign/campaign-file.ts';
import { scenarioMetrics, type KnownMetric } from './scenario-metrics.ts';

/** Stands for the headline metric of whichever scenario is being decided. */
export const SPEED = 'speed';

/** The metrics of every trial that come from no task and no scenario. */
export const MODEL_METRICS: readonly KnownMetric[] = [
  { name: 'model.bytes', higherIsBetter: false, dimension: 'size' },
  { name: 'model.bits_per_weight', higherIsBetter: false },
  { name: 'model.weight_error', higherIsBetter: false },
  { name: 'memory.peak', higherIsBetter: false, dimension: 'size' },
  { name: 'memory.weights', higherIsBetter: false, dimension: 'size' },
  { name: 'memory.kv_cache_per_token', higherIsBetter: false, dimension: 'size' },
  /** Where there are NVIDIA devices. */
  { name: 'memory.gpu_peak', higherIsBetter: false, dimension: 'size' },
  { name: 'gpu.utilisation', higherIsBetter: true },
];

/** The metrics that a kl-divergence check measures. */
export const DIVERGENCE_METRICS: readonly KnownMetric[] = [
  { name: 'kl-divergence.mean', higherIsBetter: false },
  { name: 'kl-divergence.median', higherIsBetter: false },
  { name: 'kl-divergence.p99', higherIsBetter: false },
  { name: 'kl-divergence.top1_agreement', higherIsBetter: true },
  { name: 'kl-divergence.probability_shift', higherIsBetter: true },
  { name: 'kl-divergence.probability_shift_rms', higherIsBetter: false },
];

/** The metric of a perplexity: convention and chunk are part of its name, so that no two share an axis. */
export function perplexityMetric(check: { convention: PerplexityConvention; context: number }): KnownMetric {
  return { name: `perplexity.${check.convention}-${check.context}`, higherIsBetter: false };
}

/** The metrics of answers to prompts: the greedy ones', and apart from them those of answers drawn at random. */
export function promptMetrics({ sampling }: { sampling?: Sampling | undefined }): KnownMetric[] {
  return ['prompts', ...(sampling === undefined ? [] : ['prompts.sampled'])].flatMap((prefix) => [
    { name: `${prefix}.identical`, higherIsBetter: true },
    ...Fault.options.map((fault) => ({ name: `${prefix}.${fault}`, higherIsBetter: false })),
  ]);
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
