import { openStore } from '@quantloop/artifacts';
import type { ReportActivities } from '@quantloop/core';
import { toApplicationFailure } from '@quantloop/jobs';
import { Context } from '@temporalio/activity';
import { writeReport } from './write/write-report.ts';

/** The report stage's activity: light enough to run inside the worker (about half a second, see the README). */
export function reportActivities({ storeRoot }: { storeRoot: string }): ReportActivities {
  return {
    async writeReport(input) {
      try {
        return await writeReport(input, { store: await openStore({ root: storeRoot }) });
      } catch (error) {
        throw toApplicationFailure(error, { stage: 'writeReport', attempt: Context.current().info.attempt });
      }
    },
  };
}
