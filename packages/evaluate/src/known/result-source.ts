import { digestOfJson } from '@quantloop/artifacts';
import type { ArtifactRef, Engine } from '@quantloop/core';
import { z } from 'zod';
import { engineOf } from '../engines/engines.ts';

/** What results depend on beside what was asked: only those of one source may stand side by side. */
export const ResultSource = z.strictObject({
  /** Of the stage. */
  version: z.string(),
  /** Digest of the model. */
  model: z.string(),
  /** Digest of the engine, its options and version. */
  engine: z.string(),
  seed: z.int(),
});
export type ResultSource = z.infer<typeof ResultSource>;

/** Where the results of a job come from. */
export async function sourceOf(
  { model, engine, seed }: { model: ArtifactRef; engine: Engine; seed: number },
  { version }: { version: string },
): Promise<ResultSource> {
  const parts = await engineOf(engine).keyParts(engine);
  return { version, model: model.digest, engine: digestOfJson({ engine, parts }), seed };
}
