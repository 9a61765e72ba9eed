import type { Store } from '@quantloop/artifacts';
import type { ArtifactRef } from '@quantloop/core';
import { FidelityItems, type ItemsSource } from '../fidelity-items.ts';

/** What an earlier look found out. */
export interface Known {
  checks: FidelityItems['checks'];
  /** Why nothing of it can be used, for the provenance. */
  ignored?: string;
}

const WHAT: Record<keyof ItemsSource, string> = {
  model: 'another model',
  engine: 'another engine',
  seed: 'another seed',
  version: 'another version of the evaluation',
};

/** The items of an earlier look, where they may stand beside those of `source`. What cannot be read is measured again. */
export async function readKnown(
  items: ArtifactRef | undefined,
  source: ItemsSource,
  store: Pick<Store, 'readJson'>,
): Promise<Known> {
  if (items === undefined) return { checks: [] };
  const read = FidelityItems.safeParse(await store.readJson(items).catch(() => undefined));
  if (!read.success) return { checks: [], ignored: 'cannot be read' };
  const [other] = (Object.keys(WHAT) as (keyof ItemsSource)[]).filter(
    (part) => read.data.source[part] !== source[part],
  );
  return other === undefined ? { checks: read.data.checks } : { checks: [], ignored: `of ${WHAT[other]}` };
}
