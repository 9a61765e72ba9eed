import type { Act, Campaign, CampaignProgress, Trial } from '@quantloop/core';
import type { ActRequest } from './act-request.ts';

/** Where the page gets what it shows, and hands on what people do: Temporal and the folders of runs. It keeps nothing. */
export interface CampaignSource {
  /** All runs, newest first. */
  list(): Promise<CampaignEntry[]>;
  /** The newest run of a campaign; undefined where there is none of that name. */
  look(name: string): Promise<CampaignLook | undefined>;
  /** Throws a `DashboardRefusal` where it is miswritten, or the campaign refuses it. */
  act(name: string, request: ActRequest): Promise<Act>;
  /** Asks a campaign to end. */
  cancel(name: string): Promise<void>;
}

export interface CampaignEntry {
  name: string;
  run: string;
  /** `running`, `completed`, `failed`, `cancelled`, `terminated`, `timed_out`. */
  status: string;
  /** ISO 8601. */
  started: string;
  closed: string | null;
  folder: string;
}

export interface CampaignLook {
  entry: CampaignEntry;
  /** Undefined where no control worker answers for it. */
  live?: {
    campaign: Campaign;
    progress: CampaignProgress;
    /** By trial id; under `''` the campaign's own. */
    active: ReadonlyMap<string, ActiveJob>;
    /** Of the trials that a look at has ended. */
    rows: readonly Trial[];
  };
  workers: readonly PollingWorker[];
}

/** A stage that is worked on, or waits for a worker. */
export interface ActiveJob {
  stage: string;
  attempt: number;
  queued: boolean;
  /** `<host>/<role>/<pid>`; absent while it is queued. */
  worker?: string | undefined;
  progress?: { done: number; total: number; unit: string; note?: string | undefined } | undefined;
  /** Why the attempt before this one failed. */
  lastFailure?: string | undefined;
}

export interface PollingWorker {
  /** `<host>/<role>/<pid>`. */
  identity: string;
}
