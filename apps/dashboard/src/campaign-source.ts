import type {
  Act,
  Campaign,
  CampaignProgress,
  EarlierJob,
  Metrics,
  NightEvent,
  Outcome,
  Scenario,
  Trial,
} from '@quantloop/core';
import type { ActRequest } from './act-request.ts';

/** Where the page gets what it shows, and hands on what people do: Temporal and the folders of runs. It keeps nothing. */
export interface CampaignSource {
  /** All runs, newest first. */
  list(): Promise<CampaignEntry[]>;
  /** The newest run of a campaign; undefined where there is none of that name. */
  look(name: string): Promise<CampaignLook | undefined>;
  /** What the runs of a campaign came to, the oldest first. */
  history(name: string): Promise<PastRun[]>;
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
    /** How long such jobs took before. */
    earlier: readonly EarlierJob[];
  };
  workers: readonly PollingWorker[];
  /** The newest lines of these workers' logs that are about the campaign, or about none; oldest first. */
  log: readonly LoggedLine[];
}

/** A line of a worker's log. */
export interface LoggedLine {
  /** ISO 8601. */
  time: string;
  level: string;
  msg: string;
  trial?: string | undefined;
  stage?: string | undefined;
}

/** A run that has ended with a decision. */
export interface PastRun {
  run: string;
  outcome: Outcome;
  scenarios: readonly Scenario[];
  selected: { model: string; target: string; scenario: string; label: string; metrics: Metrics }[];
  /** Of a night. */
  events?: readonly NightEvent[];
}

/** A stage that is worked on, or waits for a worker. */
export interface ActiveJob {
  stage: string;
  attempt: number;
  queued: boolean;
  /** `<host>/<role>/<pid>`; absent while it is queued. */
  worker?: string | undefined;
  /** Since this attempt began. */
  seconds?: number | undefined;
  progress?: { done: number; total: number; unit: string; note?: string | undefined } | undefined;
  /** Why the attempt before this one failed. */
  lastFailure?: string | undefined;
}

export interface PollingWorker {
  /** `<host>/<role>/<pid>`. */
  identity: string;
}
