import type { ArtifactRef } from '../board/artifact-ref.ts';
import type { Metrics } from '../board/measurement.ts';
import type { Execution, Provenance } from '../board/trial.ts';
import type { Calibration } from '../campaign/calibration.ts';
import type { Campaign, Candidate } from '../campaign/campaign.ts';
import type { FidelityCheck } from '../campaign/evaluation.ts';
import type { Scenario } from '../campaign/scenario.ts';
import type { Webhook } from '../campaign/schedule.ts';
import type { Recipe, WeightRecipe } from '../campaign/recipe.ts';
import type { StopRule } from '../campaign/stop-rule.ts';
import type { Engine, Target } from '../campaign/target.ts';
import type { ConcludeOptions } from '../decide/conclude.ts';
import type { DecisionSummary } from '../decide/decision.ts';
import type { NightFile } from '../decide/night-events.ts';
import type { Proposal } from '../plan/step.ts';
import type { Trial } from '../board/trial.ts';
import type { LedgerPart, TrialWorkflowInput, TrialWorkflowResult } from './messages.ts';

/** What every stage returns: its output, and what it cost. */
export interface StageResult<Output> {
  output: Output;
  execution: Execution;
}

export interface ImportModelInput {
  /** `builtin:demo`, an absolute folder, or `hf:org/name@revision`. */
  source: string;
}
export interface ImportModelOutput {
  /** Folder artifact: the decoder, its configuration and tokenizer. */
  model: ArtifactRef;
  provenance: Provenance;
}

export interface CollectStatisticsInput {
  model: ArtifactRef;
  calibration: Calibration;
}
export interface CollectStatisticsOutput {
  /** Folder artifact: what the model's linear layers read on the calibration texts. */
  statistics: ArtifactRef;
  provenance: Provenance;
}

export interface QuantizeModelInput {
  model: ArtifactRef;
  recipe: Recipe;
  /** Present for recipes that need it, and only for them: it is part of the job's identity. */
  calibration?: Calibration;
  /** Present for recipes that need them. */
  statistics?: ArtifactRef;
}
export interface QuantizeModelOutput {
  model: ArtifactRef;
  /** JSON artifact: what was done to which tensor, and the error it made. */
  manifest: ArtifactRef;
  /** `model.bytes`, `model.bits_per_weight`, `model.weight_error`. */
  metrics: Metrics;
  provenance: Provenance;
}

export interface ScanSensitivityInput {
  model: ArtifactRef;
  /** Each is tried on each weight. */
  recipes: WeightRecipe[];
  /** Globs of weight or node names that are not scanned. */
  exclude: string[];
  /** The texts on which outputs are compared. */
  calibration: Calibration;
}
export interface ScanSensitivityOutput {
  /** JSON artifact: the divergence of the model's output with each weight at each precision. */
  scan: ArtifactRef;
  provenance: Provenance;
}

export interface EvaluateFidelityInput {
  model: ArtifactRef;
  checks: FidelityCheck[];
  engine: Engine;
  seed: number;
  /** Absent when the model is the baseline itself. `items` are the baseline's results per document. */
  baseline?: { items: ArtifactRef };
  /** Of a candidate. */
  stopWhen?: StopRule;
  /**
   * Of each task's documents, counted from the first, but never fewer than 50 where it has so many. Whatever is no task
   * is measured in full. @default 1
   */
  share?: number;
  /**
   * `items` of an earlier look at the same model, by the same engine and seed: what they hold is taken over instead of
   * measured again. Decides how much is computed, not what comes out; not part of the job's identity.
   */
  known?: ArtifactRef;
}
export interface EvaluateFidelityOutput {
  /** `<task>.<metric>`, `kl-divergence.mean`, `kl-divergence.top1_agreement`. */
  metrics: Metrics;
  /** JSON artifact: results per document, to be paired with. */
  items: ArtifactRef;
  /** Folder artifact of a baseline: its next-token distributions, which candidates are compared with. */
  distributions?: ArtifactRef | undefined;
  /** JSON artifact: what it answered to the campaign's prompts, a `PromptAnswers`. */
  answers?: ArtifactRef | undefined;
  /** Why the rule gave the trial up before its tasks, as a sentence. */
  stopped?: string | undefined;
  provenance: Provenance;
}

export interface EvaluatePerformanceInput {
  model: ArtifactRef;
  scenarios: Scenario[];
  engine: Engine;
  seed: number;
  /** Absent when the model is the baseline itself; else it alternates with the candidate. */
  baseline?: ArtifactRef;
  /** Every load is measured so many times as often as its scenario says. @default 1 */
  repetitions?: number;
  /**
   * `samples` of an earlier look at the same pair of models, on the same hardware and scenarios: only what they lack is
   * measured, and pooled with them. Not part of the job's identity.
   */
  known?: ArtifactRef;
}
export interface EvaluatePerformanceOutput {
  /** `<scenario>.ttft.p50`, `<scenario>.tpot.p50`, `<scenario>.batch8.tokens_per_second`, `memory.peak`, `model.bytes`. */
  metrics: Metrics;
  /** JSON artifact: every single timing. */
  samples: ArtifactRef;
  provenance: Provenance;
}

export interface PrepareCandidatesInput {
  proposals: Proposal[];
  targets: Target[];
  /** The texts for methods that need them, where there are some. */
  calibration?: Calibration;
}
/** A recipe that a proposal came to. */
export interface PreparedCandidate extends Candidate {
  model: string;
  /** Target ids. */
  targets: readonly string[];
  why: string;
}
export interface PrepareCandidatesOutput {
  candidates: PreparedCandidate[];
  /** Proposals, by their index, that cannot be had, with the reason. */
  refused: { proposal: number; reason: string }[];
}

export interface KeepTrialInput {
  /** The row after a look at it. */
  trial: Trial;
  /** What is kept of it so far. */
  record?: ArtifactRef;
}
export interface KeepTrialOutput {
  /** JSON artifact: the whole row. */
  record: ArtifactRef;
}

export interface KeepPartInput {
  part: LedgerPart;
}
export interface ReadPartInput {
  kept: ArtifactRef;
}

export interface WriteReportInput extends Omit<ConcludeOptions, 'trials'> {
  /** As it was begun. */
  campaign: Campaign;
  run: string;
  /** JSON artifacts, each a `LedgerPart`. */
  parts: ArtifactRef[];
  /** Absolute folder that receives the run's files. */
  folder: string;
  /** Wall-clock seconds by phase: import, baseline, trials. */
  phases: Record<string, number>;
}
export interface WriteReportOutput {
  folder: string;
  files: string[];
  decision: DecisionSummary;
}

export interface RecallTrialsInput {
  trials: TrialWorkflowInput[];
}

export interface ImportActivities {
  importModel(input: ImportModelInput): Promise<StageResult<ImportModelOutput>>;
}
export interface QuantizeActivities {
  collectStatistics(input: CollectStatisticsInput): Promise<StageResult<CollectStatisticsOutput>>;
  quantizeModel(input: QuantizeModelInput): Promise<StageResult<QuantizeModelOutput>>;
}
export interface SensitivityActivities {
  scanSensitivity(input: ScanSensitivityInput): Promise<StageResult<ScanSensitivityOutput>>;
}
export interface CandidateActivities {
  /** Completes what a round wants by what the methods say of themselves, and solves its mixes. */
  prepareCandidates(input: PrepareCandidatesInput): Promise<PrepareCandidatesOutput>;
}
export interface EvaluateActivities {
  evaluateFidelity(input: EvaluateFidelityInput): Promise<StageResult<EvaluateFidelityOutput>>;
  evaluatePerformance(input: EvaluatePerformanceInput): Promise<StageResult<EvaluatePerformanceOutput>>;
}
export interface RecallActivities {
  /** The trials of which every stage is in the store already, as if they had been run. Computes nothing. */
  recallTrials(input: RecallTrialsInput): Promise<TrialWorkflowResult[]>;
}
export interface CompareNightInput {
  /** Of the night's run, among those of its campaign. */
  folder: string;
}

export interface AnnounceInput {
  webhook: Webhook;
  /** The same for each attempt. */
  id: string;
  night: NightFile;
}

export interface NightActivities {
  /** Says what a night changes, in files beside its report: JSON, Markdown, JUnit. */
  compareNight(input: CompareNightInput): Promise<NightFile>;
  /** Posts a night with events, signed. Throws where it is not taken. */
  announceNight(input: AnnounceInput): Promise<void>;
}

export interface ReportActivities {
  /** Puts a row into the store: workflows keep it in brief. */
  keepTrial(input: KeepTrialInput): Promise<KeepTrialOutput>;
  /** Puts a part of a board into the store, for a run of the workflow that goes on from there. */
  keepPart(input: KeepPartInput): Promise<ReadPartInput>;
  readPart(input: ReadPartInput): Promise<KeepPartInput>;
  /** Decides by the whole rows, and shows it. */
  writeReport(input: WriteReportInput): Promise<WriteReportOutput>;
}
