export { evaluate } from './plugin.ts';
export { compareItems, type CompareItemsOptions } from './compare/compare-items.ts';
export { compareTrials, type Change, type ComparedMetric } from './compare/compare-trials.ts';
export { fidelityStage } from './fidelity/fidelity-stage.ts';
export { EvaluateFidelityInput, EvaluateFidelityOutput } from './fidelity/evaluate-fidelity.ts';
export { joinTexts, textStream } from './fidelity/perplexity/text-stream.ts';
export { DivergenceItems, FidelityItems, TaskItems } from './fidelity/fidelity-items.ts';
export { categoryOf } from './fidelity/recovery/category-of.ts';
export { adjustOverTasks } from './fidelity/recovery/adjust-over-tasks.ts';
export {
  knownRecoveryMetrics,
  recoveryMetrics,
  type ScoredTask,
} from './fidelity/recovery/recovery-metrics.ts';
export { type BundleOptions, bundleTask, type TaskBundle } from './fidelity/tasks/bundle-task.ts';
export type { DataPlace } from './fidelity/tasks/data/open-dataset.ts';
export { builtinTasks } from './fidelity/tasks/builtin/builtin-tasks.ts';
export { meanInterval, type MeanInterval } from './statistics/mean-interval.ts';
export { mean, meanStandardError } from './statistics/mean.ts';
export { pairedRatio } from './statistics/paired-ratio.ts';
export { pairedProportions } from './statistics/paired-proportions.ts';
export { proportionInterval } from './statistics/proportion-interval.ts';
export { quantile } from './statistics/quantile.ts';
export { quantileInterval } from './statistics/quantile-interval.ts';
export { bcaInterval, bcaPValue, type Bootstrapped } from './statistics/bca.ts';
export { holm } from './statistics/holm.ts';
export { mcnemar, type McNemar } from './statistics/mcnemar.ts';
export { meanOfEstimates } from './statistics/mean-of-estimates.ts';
export { resample } from './statistics/resample.ts';
export {
  corpusInterval,
  pairedCorpus,
  ratioStatistic,
  sumStatistic,
  type CorpusStatistic,
} from './statistics/corpus-statistic.ts';
export type { Engine, Generation, OpenModel } from './engines/engine.ts';
export { ENGINES } from './engines/engines.ts';
export { performanceStage } from './performance/performance-stage.ts';
export { EvaluatePerformanceInput, EvaluatePerformanceOutput } from './performance/evaluate-performance.ts';
export { PerformanceSamples, LoadSamples, MemorySamples } from './performance/performance-samples.ts';
export { hardwareFingerprint, HardwareFingerprint, usableMemory } from './hardware/hardware-fingerprint.ts';
export { allowedCores, parseCores } from './hardware/allowed-cores.ts';
export { allNvidiaGpus, type NvidiaGpu } from './hardware/nvidia.ts';
export { doctorChecks, type DoctorCheck, type DoctorOptions } from './hardware/doctor-checks.ts';
