import { defineStage, jobModule } from '@quantloop/jobs';
import { engineOf } from '../engines/engines.ts';
import { refuseMisplaced } from '../engines/refuse-misplaced.ts';
import { hardwareFingerprint } from '../hardware/hardware-fingerprint.ts';
import { EvaluatePerformanceInput, EvaluatePerformanceOutput } from './evaluate-performance.ts';

/** Latency, throughput, peak memory and size of a model on this machine, against the baseline where one is given. */
export const performanceStage = defineStage({
  name: 'evaluatePerformance',
  version: '9',
  input: EvaluatePerformanceInput,
  output: EvaluatePerformanceOutput,
  module: jobModule(import.meta.url, './run-performance'),
  identity: ({ known: _, repetitions = 1, ...input }) => ({ ...input, repetitions }),
  keyParts: async ({ engine }) => {
    refuseMisplaced(engine);
    const { digest: hardware } = await hardwareFingerprint();
    return { hardware, ...(await engineOf(engine).keyParts(engine)) };
  },
  artifacts: (output) => [output.samples],
  measures: true,
});
