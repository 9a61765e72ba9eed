export {
  QuantloopError,
  FAILURE_CODES,
  isPermanent,
  type FailureCode,
  type QuantloopErrorOptions,
} from './errors/quantloop-error.ts';
export { nearestName, suggestName } from './errors/nearest-name.ts';
export { ArtifactRef, FOLDER_MEDIA_TYPE } from './board/artifact-ref.ts';
export { Estimate, Comparison, Measurement, Metrics } from './board/measurement.ts';
export { Answer, Fault, PromptAnswers } from './board/prompt-answers.ts';
export { actInWords, type ActInWords } from './board/act-in-words.ts';
export { Act, type ActInput } from './board/act.ts';
export type { Board, Spent } from './board/board.ts';
export { Effort, FULL_EFFORT, MOST_REPETITIONS } from './board/evidence.ts';
export { bytesOnDisk, exactBytes } from './board/exact-bytes.ts';
export { LEAST_DOCUMENTS, seenDocuments } from './board/seen-documents.ts';
export { Execution, Failure, Provenance, Trial } from './board/trial.ts';
export { briefRow } from './board/brief-row.ts';
export {
  Granularity,
  MixEntry,
  MixEntryGrid,
  Recipe,
  RecipeGrid,
  SCOPE_OPTIONS,
  WeightRecipe,
  WeightRecipeGrid,
  type MethodFacts,
} from './campaign/recipe.ts';
export { Role, ROLES } from './campaign/role.ts';
export { coversLayer, parseLayerRanges, type LayerRange } from './campaign/layer-ranges.ts';
export { Name, Engine, LaunchedServer, OnnxRuntimeEngine, OpenAiEngine, Target } from './campaign/target.ts';
export { Quantity, quantityText } from './campaign/quantity.ts';
export {
  LIMIT_KINDS,
  limitOf,
  limitsIn,
  withLimits,
  MetricRequirement,
  Requirement,
  type LimitKind,
} from './campaign/requirement.ts';
export { PRESET_NAMES, WrittenRequirement } from './campaign/written-requirement.ts';
export { PERPLEXITY_CONTEXT, PerplexityConvention } from './campaign/perplexity.ts';
export { CATEGORIES, Category } from './campaign/category.ts';
export { Message, Prompt, PromptsItem, Sampling } from './campaign/prompts.ts';
export { bundlesOf, FidelityItem, FidelityCheck, TextSource } from './campaign/evaluation.ts';
export { Scenario, ScenarioItem, ServerLoad, Slo } from './campaign/scenario.ts';
export { boundsOf, tokenCount, type TokenCount } from './campaign/token-count.ts';
export { Schedule, Webhook, calendarsOf } from './campaign/schedule.ts';
export {
  CALENDAR_FIELDS,
  readCalendarField,
  type Calendar,
  type CalendarField,
  type CalendarRange,
} from './campaign/calendar.ts';
export { StopRule } from './campaign/stop-rule.ts';
export { Calibration, CalibrationChange, CalibrationSource } from './campaign/calibration.ts';
export { DEFAULT_PRIORITY, Priority } from './campaign/priority.ts';
export { CampaignFile, Objective, type CampaignInput } from './campaign/campaign-file.ts';
export { Budget, Campaign, Candidate } from './campaign/campaign.ts';
export {
  BindingLimit,
  Decision,
  type DecisionSummary,
  FrontEntry,
  NearestMiss,
  NotTried,
  Outcome,
  Overall,
  Selection,
  Verdict,
  Verdicts,
  VerdictResult,
  WouldChange,
} from './decide/decision.ts';
export { decide, type DecideOptions } from './decide/decide.ts';
export { conclude, type ConcludeOptions } from './decide/conclude.ts';
export { smallestRelaxation, type Relaxation } from './decide/relax.ts';
export { actRefusal, type ActRefusal } from './plan/act-refusal.ts';
export { atConfidence } from './decide/at-confidence.ts';
export { lookConfidence, spendingParts } from './decide/look-confidence.ts';
export { judge, type JudgeOptions, type Judgement } from './decide/judge.ts';
export { recoveryOf, unevenLosses, type UnevenLoss } from './decide/recovery.ts';
export { hopeless, type HopelessOptions } from './decide/hopeless.ts';
export { stopReason } from './decide/stop-early.ts';
export { applicable } from './decide/applicable.ts';
export { isEvidence } from './decide/is-evidence.ts';
export { compare } from './decide/observe.ts';
export { limitAt, type LimitAtOptions } from './decide/limit-at.ts';
export { compareAcross } from './decide/compare-across.ts';
export { frontsOf, type Axis } from './decide/front.ts';
export { plotAxes } from './decide/plot-axes.ts';
export { InvalidSpec, formatPath, type SpecIssue } from './errors/invalid-spec.ts';
export { formatValue } from './board/format-value.ts';
export { parseCampaignFile, parseRecipe } from './plan/parse-campaign-file.ts';
export { candidateOf } from './plan/candidate-of.ts';
export { expandRecipes, type LabelledRecipe } from './plan/expand-recipes.ts';
export { calibratedMethods, needsCalibration, needsStatistics } from './plan/needs-calibration.ts';
export { recipeLabel } from './plan/recipe-label.ts';
export { withoutScope } from './plan/expand-mix.ts';
export { allocate, type Allocation, type AllocationChoice } from './plan/allocate.ts';
export { mixRecipe, type AssignedWeight } from './plan/mix-recipe.ts';
export { recipeParts, recipeSupport } from './plan/recipe-parts.ts';
export {
  DIVERGENCE_METRICS,
  perplexityMetric,
  promptMetrics,
  MODEL_METRICS,
  SPEED,
  knownMetrics,
} from './plan/known-metrics.ts';
export { headline, scenarioMetrics, type KnownMetric } from './plan/scenario-metrics.ts';
export type { TaskScores } from './plan/requirements/task-scores.ts';
export { expandRequirements, type RequirementContext } from './plan/requirements/expand-requirements.ts';
export { resolveCampaign, type ResolveCampaignOptions } from './plan/resolve-campaign.ts';
export { checkName } from './plan/check-name.ts';
export { outlook, type Outlook, type OutlookOptions } from './decide/outlook.ts';
export { prospect, type ProspectOptions } from './decide/prospect.ts';
export { surelyBetter, type Advantage, type Rated, type Rival } from './decide/surely-better.ts';
export { notTried } from './plan/not-tried.ts';
export { deliberate } from './plan/deliberate.ts';
export type { Look, Proposal, Step, Wish } from './plan/step.ts';
export { neighbours, type CalibrationTexts, type Neighbour } from './plan/refine/neighbours.ts';
export { propose } from './plan/refine/propose.ts';
export { nextRound } from './plan/refine/next-round.ts';
export {
  isSamePlace,
  NightEvent,
  nightEvents,
  NightFile,
  type NightEventsOptions,
  type Worsening,
} from './decide/night-events.ts';
export { inForce, rejected } from './plan/in-force.ts';
export { metricsThatCount } from './plan/deciding-metrics.ts';
export { pausedBy } from './plan/pauses.ts';
export { cannotFit, type Misfit } from './plan/predict/cannot-fit.ts';
export { predictCampaign } from './plan/predict/predict-campaign.ts';
export { jobTimeLeft, timeLeft, type JobAtWork, type TimeLeft } from './plan/predict/time-left.ts';
export type {
  EarlierJob,
  PlanFacts,
  PredictedJobs,
  PredictedSize,
  PredictedStage,
  Prediction,
  SourceSize,
} from './plan/predict/prediction.ts';
export { BASELINE, plannedTrial, planRound, type PlannedTrial } from './plan/plan-round.ts';
export { runName } from './plan/run-name.ts';
export { campaignStart, type CampaignStartOptions } from './workflows/campaign-start.ts';
export { SEARCH_ATTRIBUTES, searchAttributesOf } from './workflows/search-attributes.ts';
export {
  CONTROL_QUEUE,
  PREPARE_QUEUE,
  campaignWorkflowId,
  nightWorkflowId,
  roleOf,
  targetQueue,
} from './workflows/queues.ts';
export { namedBy, type NamedBy } from './workflows/named-by.ts';
export { runTrial, type RunTrialOptions } from './workflows/run-trial.ts';
export {
  ACT_UPDATE,
  CAMPAIGN_QUERY,
  CAMPAIGN_WORKFLOW,
  NIGHT_WORKFLOW,
  PROGRESS_QUERY,
  ROWS_QUERY,
  RUN_HEADER,
  TRIAL_WORKFLOW,
  WORKER_DRAINED,
  type CampaignPhase,
  type CampaignProgress,
  type CampaignWorkflowInput,
  type CampaignWorkflowResult,
  type LedgerPart,
  type NightWorkflowInput,
  type NightWorkflowResult,
  type ProgressAnswer,
  type Question,
  type RowsAnswer,
  type RowsQuestion,
  type TrialProgress,
  type TrialWorkflowInput,
  type TrialWorkflowResult,
} from './workflows/messages.ts';
export type * from './workflows/activities.ts';
