import type { Store } from '@quantloop/artifacts';
import type { ArtifactRef } from '@quantloop/core';
import type { z } from 'zod';

/** What an earlier look found out. */
export interface Known<Results> {
  results?: Results;
  /** Why what there is cannot be used, for the provenance. */
  ignored?: string;
}

/** How a part of the source is called where it is another. */
const WORDS: Readonly<Record<string, string>> = {
  version: 'another version of the evaluation',
  model: 'another model',
  baseline: 'another baseline',
  engine: 'another engine',
  hardware: 'another machine',
  seed: 'another seed',
};

/** The results of an earlier look, where they may stand beside those of `source`. What cannot be read is measured again. */
export async function readKnown<Results extends { source: Readonly<Record<string, unknown>> }>(options: {
  known: ArtifactRef | undefined;
  schema: z.ZodType<Results>;
  source: Results['source'];
  store: Pick<Store, 'readJson'>;
}): Promise<Known<Results>> {
  const { known, schema, source, store } = options;
  if (known === undefined) return {};
  const read = schema.safeParse(await store.readJson(known).catch(() => undefined));
  if (!read.success) return { ignored: 'cannot be read' };
  const results = read.data;
  const other = Object.keys(source).find((part) => results.source[part] !== source[part]);
  return other === undefined ? { results } : { ignored: `of ${WORDS[other]}` };
}
