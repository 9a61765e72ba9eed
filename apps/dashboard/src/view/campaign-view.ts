import type { Failure, Question, TrialProgress } from '@quantloop/core';
import type { ActiveJob, CampaignEntry, LoggedLine } from '../campaign-source.ts';

/** What the page shows of a campaign: plain JSON, numbers in words already. */
export interface CampaignView {
  entry: CampaignEntry;
  /** Absent where nothing answers for the campaign. */
  live?: {
    phase: string;
    round: number;
    /** How long what is planned will still take, in words. */
    left?: string;
    asked?: Question;
    /** Metric names in the order of the table's columns. */
    columns: string[];
    trials: TrialRow[];
    /** The campaign's own stage: import, scan, plan, report. */
    own?: ShownJob;
    plots: ShownPlot[];
    /** The requirements' limits in reading order: on what, and as a campaign file has it. */
    limits: { what: string; value: string }[];
    acts: { by: string; at: string; what: string; why: string }[];
  };
  workers: { identity: string; role: string; job?: ShownJob & { trial: string } }[];
  log: readonly LoggedLine[];
}

export interface ShownJob extends Omit<ActiveJob, 'seconds'> {
  /** Until it ends, in words. */
  left?: string;
}

export interface TrialRow {
  id: string;
  label: string;
  model: string;
  target: string;
  round: number;
  status: TrialProgress['status'];
  /** Why it was planned or given up, as a sentence. */
  note?: string;
  failure?: Failure;
  job?: ShownJob;
  /** Scenarios for which it would be selected by what is known now. */
  leads: string[];
  /** One for each column; a dash where nothing was measured. */
  cells: string[];
}

export interface ShownPlot {
  id: string;
  title: string;
  description: string;
  /** For ECharts; colours by token. */
  option: Record<string, unknown>;
}
