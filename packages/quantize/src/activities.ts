import {
  ArtifactRef,
  Calibration,
  Metrics,
  Provenance,
  Recipe,
  type QuantizeModelInput,
  type QuantizeModelOutput,
} from '@quantloop/core';
import { defineStage, jobModule } from '@quantloop/jobs';
import { z } from 'zod';
import { METHODS } from './methods/methods.ts';

const Input: z.ZodType<QuantizeModelInput> = z.strictObject({
  model: ArtifactRef,
  recipe: Recipe,
  calibration: Calibration.exactOptional(),
});

const Output: z.ZodType<QuantizeModelOutput> = z.strictObject({
  model: ArtifactRef,
  manifest: ArtifactRef,
  metrics: Metrics,
  provenance: Provenance,
});

/** Recipe and model folder → quantized model folder. Its version covers the stage, each method's version its output. */
export const quantizeStage = defineStage<QuantizeModelInput, QuantizeModelOutput>({
  name: 'quantizeModel',
  version: '1',
  input: Input,
  output: Output,
  module: jobModule(import.meta.url, './run-quantize'),
  keyParts: async ({ recipe }) => ({ method: METHODS[recipe.method]?.facts.version ?? 'unknown' }),
  artifacts: ({ model, manifest }) => [model, manifest],
});
