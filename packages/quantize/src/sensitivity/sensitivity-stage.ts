import {
  ArtifactRef,
  Calibration,
  Provenance,
  WeightRecipe,
  type ScanSensitivityInput,
  type ScanSensitivityOutput,
} from '@quantloop/core';
import { defineStage, jobModule } from '@quantloop/jobs';
import { ortVersion } from '@quantloop/runtime';
import { z } from 'zod';
import { METHOD_FACTS } from '../methods/methods.ts';

const Input: z.ZodType<ScanSensitivityInput> = z.strictObject({
  model: ArtifactRef,
  recipes: z.array(WeightRecipe).min(1),
  exclude: z.array(z.string()),
  calibration: Calibration,
});

const Output: z.ZodType<ScanSensitivityOutput> = z.strictObject({
  scan: ArtifactRef,
  provenance: Provenance,
});

/** Model folder, recipes and texts → what each weight at each precision does to the model's output. */
export const sensitivityStage = defineStage<ScanSensitivityInput, ScanSensitivityOutput>({
  name: 'scanSensitivity',
  version: '1',
  input: Input,
  output: Output,
  module: jobModule(import.meta.url, './run-scan'),
  keyParts: async ({ recipes }) => ({
    methods: recipes.map(({ method }) => [method, METHOD_FACTS[method]?.version ?? 'unknown']),
    onnxruntime: ortVersion(),
  }),
  artifacts: ({ scan }) => [scan],
});
