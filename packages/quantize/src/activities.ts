import {
  ArtifactRef,
  Calibration,
  Metrics,
  Provenance,
  Recipe,
  recipeParts,
  type QuantizeModelInput,
  type QuantizeModelOutput,
} from '@quantloop/core';
import { defineStage, jobModule } from '@quantloop/jobs';
import { z } from 'zod';
import { METHOD_FACTS } from './methods/methods.ts';

const Input: z.ZodType<QuantizeModelInput> = z.strictObject({
  model: ArtifactRef,
  recipe: Recipe,
  calibration: Calibration.exactOptional(),
  statistics: ArtifactRef.exactOptional(),
});

const Output: z.ZodType<QuantizeModelOutput> = z.strictObject({
  model: ArtifactRef,
  manifest: ArtifactRef,
  metrics: Metrics,
  provenance: Provenance,
});

/** Recipe and model folder → quantized model folder. Its version covers the stage, those of the methods their output. */
export const quantizeStage = defineStage<QuantizeModelInput, QuantizeModelOutput>({
  name: 'quantizeModel',
  version: '3',
  input: Input,
  output: Output,
  module: jobModule(import.meta.url, './run-quantize'),
  keyParts: async ({ recipe }) => ({
    methods: recipeParts(recipe).map(({ method }) => [method, METHOD_FACTS[method]?.version ?? 'unknown']),
  }),
  artifacts: ({ model, manifest }) => [model, manifest],
});
