import type { Store } from '@quantloop/artifacts';
import { Trial, type WriteReportInput } from '@quantloop/core';

/** The whole rows: those kept in the store, as they were given up since. */
export async function readRows(rows: WriteReportInput['rows'], store: Store): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const row of rows) {
    if (!('record' in row)) trials.push(row);
    else {
      const trial = Trial.parse(await store.readJson(row.record));
      trials.push(row.stopped === undefined ? trial : { ...trial, status: 'stopped', stopped: row.stopped });
    }
  }
  return trials;
}
