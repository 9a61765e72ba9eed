import type { Store } from '@quantloop/artifacts';
import { Trial, type ArtifactRef, type LedgerPart } from '@quantloop/core';

/** The whole rows of a campaign from the parts of its board, as it ended each of them. */
export async function readRows(parts: readonly ArtifactRef[], store: Store): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const part of parts) {
    for (const row of ((await store.readJson(part)) as LedgerPart).rows) trials.push(await whole(row, store));
  }
  return trials;
}

async function whole({ trial, record }: LedgerPart['rows'][number], store: Store): Promise<Trial> {
  // One that could not be kept at its last look is not what is kept of it.
  if (record === undefined || trial.failure?.stage === 'record') return trial;
  const kept = Trial.parse(await store.readJson(record));
  const { status, stopped } = trial;
  return stopped === undefined ? kept : { ...kept, status, stopped };
}
