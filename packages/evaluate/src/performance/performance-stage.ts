import { defineStage, jobModule } from '@quantloop/jobs';
import { hardwareFingerprint } from '../hardware/hardware-fingerprint.ts';
import { EvaluatePerformanceInput, EvaluatePerformanceOutput } from './evaluate-performance.ts';

/** Latency, throughput, peak memory and size of a model on this machine, against the baseline where one is given. */
export const performanceStage = defineStage({
  name: 'evaluatePerformance',
  version: '4',
  input: EvaluatePerformanceInput,
  output: EvaluatePerformanceOutput,
  module: jobModule(import.meta.url, './run-performance'),
  // ONNX Runtime's version is part of the fingerprint.
  keyParts: async () => ({ hardware: (await hardwareFingerprint()).digest }),
  artifacts: (output) => [output.samples],
  measures: true,
});
