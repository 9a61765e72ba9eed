import type { Act } from '../board/act.ts';
import type { Board } from '../board/board.ts';
import type { Effort } from '../board/evidence.ts';
import type { Metrics } from '../board/measurement.ts';
import type { Execution, Failure, Trial } from '../board/trial.ts';
import type { Calibration } from '../campaign/calibration.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Objective } from '../campaign/campaign-file.ts';
import type { Priority } from '../campaign/priority.ts';
import type { Webhook } from '../campaign/schedule.ts';
import type { Requirement } from '../campaign/requirement.ts';
import type { DecisionSummary, NearestMiss, Selection } from '../decide/decision.ts';
import type { NightEvent } from '../decide/night-events.ts';
import type { Rival } from '../decide/surely-better.ts';
import type { PlannedTrial } from '../plan/plan-round.ts';
import type { Step } from '../plan/step.ts';
import type { ImportModelOutput, StageResult } from './activities.ts';
import type { ArtifactRef } from '../board/artifact-ref.ts';

export const CAMPAIGN_WORKFLOW = 'campaignWorkflow';
export const NIGHT_WORKFLOW = 'nightWorkflow';
export const TRIAL_WORKFLOW = 'trialWorkflow';
export const PROGRESS_QUERY = 'progress';
export const CAMPAIGN_QUERY = 'campaign';
export const ROWS_QUERY = 'rows';
export const ACT_UPDATE = 'act';
/** Type of the failure by which a worker that is being stopped hands the stage it runs to another one. */
export const WORKER_DRAINED = 'worker-drained';
/** Of an activity that a campaign itself starts: the name of its run, which its workflow's id lacks. */
export const RUN_HEADER = 'quantloop-run';

export interface CampaignWorkflowInput {
  campaign: Campaign;
  /** Names this run's output folder. */
  run: string;
  /** Digest of the resolved campaign, to tell an identical campaign from another of the same name. */
  specDigest: string;
  /** Absolute folder that receives the run's files. */
  folder: string;
  /** Of a run of the workflow that goes on where another one's history grew long. */
  handedOver?: HandedOver;
}

/** What a campaign's workflow hands to itself. */
export interface HandedOver {
  /** JSON artifacts, each a {@link LedgerPart}. */
  parts: ArtifactRef[];
  ledger: LedgerRest;
  /** Seconds. */
  phases: Record<string, number>;
  sources: [model: string, StageResult<ImportModelOutput>][];
  unusable: [model: string, Failure][];
}

/** A part of what grows with the number of trials. */
export interface LedgerPart {
  rows: { trial: Trial; record?: ArtifactRef; looks: number }[];
  /** Planned since the first round. */
  added: PlannedTrial[];
  dismissed: [trial: string, reason: string][];
}

/** What does not. */
export interface LedgerRest extends Pick<Board, 'round' | 'scans' | 'refused' | 'acts'> {
  /** Milliseconds since 1970. */
  began: number;
  /** Milliseconds. */
  waited: number;
  measuring: Board['spent']['measuring'];
  jobs: Board['spent']['jobs'];
}

export interface CampaignWorkflowResult {
  decision: DecisionSummary;
  folder: string;
  /** Wall-clock seconds by phase. */
  phases: Record<string, number>;
}

/** What a schedule starts a night with. */
export interface NightWorkflowInput extends Pick<CampaignWorkflowInput, 'campaign' | 'specDigest'> {
  /** Absolute folder that receives `<campaign>/<run>/`. */
  out: string;
  priority?: Priority;
  webhook?: Webhook;
}

export interface NightWorkflowResult extends Pick<CampaignWorkflowInput, 'run' | 'folder'> {
  outcome: DecisionSummary['outcome'];
  /** The run that it was compared with. */
  before: string | null;
  events: NightEvent[];
  /** Why nobody could be told of them. */
  unannounced?: string;
}

/** `waiting`: for a person; `paused`: by one. */
export type CampaignPhase =
  'import' | 'baseline' | 'trials' | 'scan' | 'plan' | 'waiting' | 'paused' | 'report' | 'done';

export interface TrialProgress {
  id: string;
  label: string;
  model: string;
  target: string;
  round: number;
  /** Why it was planned, as a sentence. */
  planned?: string;
  /** The latest look at it. */
  effort?: Effort;
  status: 'waiting' | 'running' | 'not-begun' | Trial['status'];
  /** Of the latest look. */
  workflowId: string;
  failure?: Failure;
  stopped?: string;
  stages?: Record<string, Execution>;
}

/** What a campaign asks people, and what it knows by then. */
export interface Question {
  kind: Extract<Step, { kind: 'ask' }>['question'];
  selections: Pick<Selection, 'model' | 'target' | 'scenario' | 'trial' | 'label' | 'because'>[];
  nearestMisses: Pick<NearestMiss, 'model' | 'target' | 'scenario' | 'trial' | 'label' | 'relaxation'>[];
}

export interface CampaignProgress {
  run: string;
  specDigest: string;
  folder: string;
  phase: CampaignPhase;
  /** The round that is being measured. */
  round: number;
  /** Present while it waits for people. */
  asked?: Question;
  /** What people did, in order. */
  acts: Act[];
  trials: TrialProgress[];
}

/** The answer to {@link PROGRESS_QUERY}, which may be asked with how many trials are known already. */
export interface ProgressAnswer extends CampaignProgress {
  /** There are trials after these: ask again. */
  more: boolean;
}

/** Asked with {@link ROWS_QUERY}: what is known already. */
export interface RowsQuestion {
  /** Of the latest answer; empty: none. */
  run: string;
  /** Of the latest answer. */
  revision: number;
}

/** The answer to {@link ROWS_QUERY}: brief rows that changed since, each of which replaces the one of its id. */
export interface RowsAnswer extends RowsQuestion {
  rows: Trial[];
  /** There are further ones: ask again. */
  more: boolean;
}

export interface TrialWorkflowInput {
  trial: PlannedTrial['trial'];
  /** The imported model. */
  source: ImportModelOutput;
  /** The stage `import`, counted with the baseline. */
  importExecution?: Execution;
  campaign: Pick<Campaign, 'fidelity' | 'performance' | 'stopWhen' | 'seed'> & {
    engine: Campaign['targets'][number]['engine'];
  };
  /** Present when the recipe is calibrated. */
  calibration?: Calibration;
  /** The recipe needs statistics of the model on the calibration texts. */
  statistics?: true;
  /** Absent for the baseline itself. */
  baseline?: { model: ArtifactRef; items: ArtifactRef };
  effort: Effort;
  /** The row as the look before this one left it, in brief, and whole in the store. */
  previous?: Trial;
  record?: ArtifactRef;
  /** The metrics that the campaign goes by. */
  deciding: string[];
  /** Present where it is given up as soon as it can no longer be selected. */
  race?: {
    requirements: Requirement;
    objectives: Objective[];
    /** The baseline's metrics; absent where it could not be measured. */
    baseline?: Metrics;
    rivals?: Rival[];
  };
}

export interface TrialWorkflowResult {
  /** Its row in brief. */
  trial: Trial;
  /** JSON artifact: the whole row. Absent where the store could not take it. */
  record?: ArtifactRef;
  /** Seconds that this look's jobs took, of those that were not in the store: all, and those that measured. */
  spent: { jobs: number; measuring: number };
}
