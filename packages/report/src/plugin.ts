import { SimplePlugin } from '@temporalio/plugin';
import { reportActivities } from './activities.ts';

export interface ReportOptions {
  /** Folder of the artifact store. */
  storeRoot: string;
}

/** The report stage as a Temporal plugin: gives a worker the activity `writeReport`. */
export function report({ storeRoot }: ReportOptions): SimplePlugin {
  return new SimplePlugin({ name: 'quantloop.report', activities: reportActivities({ storeRoot }) });
}
