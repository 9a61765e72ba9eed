import type { ReportActivities } from '@quantloop/core';
import { storeActivity } from '@quantloop/jobs';
import { writeReport } from './write/write-report.ts';

/** The report stage's activity: light enough to run inside the worker (about half a second, see the README). */
export function reportActivities(options: { storeRoot: string }): ReportActivities {
  return {
    writeReport: storeActivity('writeReport', options, (input, store) => writeReport(input, { store })),
  };
}
