import { ArtifactRef, type ImportModelInput, type ImportModelOutput, Provenance } from '@quantloop/core';
import { defineStage, jobModule } from '@quantloop/jobs';
import { z } from 'zod';
import { sourceDigest } from './import/source-digest.ts';

const Input: z.ZodType<ImportModelInput> = z.strictObject({ source: z.string() });
const Output: z.ZodType<ImportModelOutput> = z.strictObject({ model: ArtifactRef, provenance: Provenance });

/** Source → model folder artifact. Its key holds the digest of the source's content. */
export const importStage = defineStage<ImportModelInput, ImportModelOutput>({
  name: 'importModel',
  version: '1',
  input: Input,
  output: Output,
  module: jobModule(import.meta.url, './run-import'),
  keyParts: async ({ source }) => ({ source: await sourceDigest(source) }),
  artifacts: ({ model }) => [model],
});
