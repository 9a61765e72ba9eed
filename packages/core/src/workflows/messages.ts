import type { Execution, Failure, Trial } from '../board/trial.ts';
import type { Calibration } from '../campaign/calibration.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Decision } from '../decide/decision.ts';
import type { ImportModelOutput } from './activities.ts';
import type { ArtifactRef } from '../board/artifact-ref.ts';

export const CAMPAIGN_WORKFLOW = 'campaignWorkflow';
export const TRIAL_WORKFLOW = 'trialWorkflow';
export const PROGRESS_QUERY = 'progress';

export interface CampaignWorkflowInput {
  campaign: Campaign;
  /** Names this run's output folder. */
  run: string;
  /** Digest of the resolved campaign, to tell an identical campaign from another of the same name. */
  specDigest: string;
  /** Absolute folder that receives the run's files. */
  folder: string;
}

export interface CampaignWorkflowResult {
  decision: Decision;
  folder: string;
  /** Wall-clock seconds by phase. */
  phases: Record<string, number>;
}

export type CampaignPhase = 'import' | 'recall' | 'baseline' | 'trials' | 'report' | 'done';

export interface TrialProgress {
  id: string;
  label: string;
  model: string;
  target: string;
  status: 'waiting' | 'running' | 'not-begun' | Trial['status'];
  workflowId: string;
  failure?: Failure;
  stopped?: string;
  stages?: Record<string, Execution>;
}

/** The answer to {@link PROGRESS_QUERY}. */
export interface CampaignProgress {
  run: string;
  specDigest: string;
  folder: string;
  phase: CampaignPhase;
  trials: TrialProgress[];
}

export interface TrialWorkflowInput {
  trial: Pick<Trial, 'id' | 'model' | 'target' | 'recipe' | 'label' | 'round' | 'simulated'>;
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
}

export interface TrialWorkflowResult {
  trial: Trial;
  /** Results per document, which the baseline's candidates are paired with. */
  items: ArtifactRef | null;
}
