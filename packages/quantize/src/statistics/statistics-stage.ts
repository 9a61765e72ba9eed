import {
  ArtifactRef,
  Calibration,
  Provenance,
  type CollectStatisticsInput,
  type CollectStatisticsOutput,
} from '@quantloop/core';
import { defineStage, jobModule } from '@quantloop/jobs';
import { ortVersion } from '@quantloop/runtime/version';
import { z } from 'zod';

const Input: z.ZodType<CollectStatisticsInput> = z.strictObject({
  model: ArtifactRef,
  calibration: Calibration,
});

const Output: z.ZodType<CollectStatisticsOutput> = z.strictObject({
  statistics: ArtifactRef,
  provenance: Provenance,
});

/** Model folder and calibration texts → what its linear layers read. Shared by all recipes that need it. */
export const statisticsStage = defineStage<CollectStatisticsInput, CollectStatisticsOutput>({
  name: 'collectStatistics',
  version: '1',
  input: Input,
  output: Output,
  module: jobModule(import.meta.url, './run-statistics'),
  keyParts: async () => ({ onnxruntime: ortVersion() }),
  artifacts: ({ statistics }) => [statistics],
});
