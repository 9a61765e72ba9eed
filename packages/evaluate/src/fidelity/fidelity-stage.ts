import { defineStage, jobModule } from '@quantloop/jobs';
import { ortVersion } from '@quantloop/runtime/version';
import { EvaluateFidelityInput, EvaluateFidelityOutput } from './evaluate-fidelity.ts';

/** What a model can do and how far it strays from its baseline: tasks as lm-eval scores them, and divergence. */
export const fidelityStage = defineStage({
  name: 'evaluateFidelity',
  version: '5',
  input: EvaluateFidelityInput,
  output: EvaluateFidelityOutput,
  module: jobModule(import.meta.url, './run-fidelity'),
  keyParts: async () => ({ onnxruntime: ortVersion() }),
  artifacts: ({ items, distributions }) => [items, ...(distributions === undefined ? [] : [distributions])],
});
