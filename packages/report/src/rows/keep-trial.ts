import type { Store } from '@quantloop/artifacts';
import { Trial, type KeepTrialInput, type KeepTrialOutput } from '@quantloop/core';

/** Puts a row into the store, with what was kept of it before: workflows hand on no more than they decide by. */
export async function keepTrial({ trial, record }: KeepTrialInput, store: Store): Promise<KeepTrialOutput> {
  const before = record === undefined ? undefined : Trial.parse(await store.readJson(record));
  const whole: Trial = {
    ...trial,
    metrics: { ...before?.metrics, ...trial.metrics },
    ...(trial.answers === undefined && before?.answers !== undefined && { answers: before.answers }),
    provenance: { ...before?.provenance, ...trial.provenance },
  };
  return { record: await store.putJson(whole) };
}
