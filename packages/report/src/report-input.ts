import type { WriteReportInput } from '@quantloop/core';

/** All that a report shows. The same facts come back from a run's folder with `readRun`. */
export type ReportInput = Omit<WriteReportInput, 'folder'>;
