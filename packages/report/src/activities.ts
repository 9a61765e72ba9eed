import type { LedgerPart, ReportActivities } from '@quantloop/core';
import { storeActivity } from '@quantloop/jobs';
import { keepTrial } from './rows/keep-trial.ts';
import { concludeRun } from './write/conclude-run.ts';

/** The report stage's activities: light enough to run inside the worker (about half a second, see the README). */
export function reportActivities(options: { storeRoot: string }): ReportActivities {
  return {
    keepTrial: storeActivity('keepTrial', options, keepTrial),
    keepPart: storeActivity('keepPart', options, async ({ part }, store) => ({
      kept: await store.putJson(part),
    })),
    readPart: storeActivity('readPart', options, async ({ kept }, store) => ({
      part: (await store.readJson(kept)) as LedgerPart,
    })),
    writeReport: storeActivity('writeReport', options, concludeRun),
  };
}
