import { z } from 'zod';
import { Act } from '../board/act.ts';
import { ArtifactRef } from '../board/artifact-ref.ts';
import { Estimate, Metrics } from '../board/measurement.ts';
import { Recipe } from '../campaign/recipe.ts';

export const VerdictResult = z.enum(['pass', 'fail', 'inconclusive']);
export type VerdictResult = z.infer<typeof VerdictResult>;

/** The judgement of one requirement on one trial. */
export const Verdict = z.strictObject({
  metric: z.string(),
  /** The limit in words, e.g. `drop ≤ 0.02`. */
  requirement: z.string(),
  /** Coverage of the interval that settles it: asked for, and raised where it is one of several looks. */
  confidence: z.number(),
  limit: z.number(),
  /** Which side of the limit it must lie on; the negation of a limit asks for the other side. */
  direction: z.enum(['at-most', 'at-least']),
  /** What is compared with the limit (a drop, a ratio, the value itself), with its interval of that confidence. */
  observed: Estimate.nullable(),
  /** The limit as an absolute value of the metric, where the baseline fixes one. */
  gate: z.number().nullable(),
  result: VerdictResult,
  /** How far the value lies beyond the limit, as a fraction of the limit's scale; 0 when it passes. */
  shortfall: z.number().nonnegative(),
  /** Why it could not be judged, or what was not measured. */
  note: z.string().optional(),
});
export type Verdict = z.infer<typeof Verdict>;

/** The least change of the limits that admits a version which the first objective surely prefers to the selected one. */
export const WouldChange = z.strictObject({
  /** Id of that version. */
  trial: z.string(),
  label: z.string(),
  changes: z.array(
    z.strictObject({ metric: z.string(), requirement: z.string(), from: z.number(), to: z.number() }),
  ),
  /** The same as a sentence. */
  because: z.string(),
});
export type WouldChange = z.infer<typeof WouldChange>;

export const Selection = z.strictObject({
  model: z.string(),
  target: z.string(),
  scenario: z.string(),
  trial: z.string(),
  label: z.string(),
  recipe: Recipe.nullable(),
  artifact: ArtifactRef,
  verdicts: z.array(Verdict),
  /** The reason, as a sentence. */
  because: z.string(),
  runnerUp: z.string().nullable(),
  /** Trials that no objective tells apart from the selected one, which is the first of them by name. */
  ties: z.array(z.string()),
  /** What would change the choice; absent where no limit that gives would, and while a campaign is not at its end. */
  wouldChange: WouldChange.optional(),
});
export type Selection = z.infer<typeof Selection>;

export const NearestMiss = z.strictObject({
  model: z.string(),
  target: z.string(),
  scenario: z.string(),
  trial: z.string(),
  label: z.string(),
  /** Failing or undecided requirements, in words. */
  failing: z.array(Verdict),
  /** The largest shortfall among them. */
  shortfall: z.number(),
  /** The smallest change of limits that would admit the trial, as a sentence. */
  relaxation: z.string(),
});
export type NearestMiss = z.infer<typeof NearestMiss>;

/** A limit that stands between versions and acceptance where nothing is acceptable. */
export const BindingLimit = z.strictObject({
  model: z.string(),
  target: z.string(),
  scenario: z.string(),
  metric: z.string(),
  /** The limit in words. */
  requirement: z.string(),
  /** How many versions it keeps from acceptance. */
  trials: z.int().positive(),
  /** How many of them nothing else keeps from it. */
  alone: z.int().nonnegative(),
  /** The same as a sentence. */
  because: z.string(),
});
export type BindingLimit = z.infer<typeof BindingLimit>;

/** What a campaign left untried, and why. */
export const NotTried = z.strictObject({
  model: z.string(),
  target: z.string(),
  /** The trial's label, or what a further round would have looked for. */
  label: z.string(),
  /** Id; null for what was not planned. */
  trial: z.string().nullable(),
  /** As a sentence. */
  reason: z.string(),
});
export type NotTried = z.infer<typeof NotTried>;

export const FrontEntry = z.strictObject({
  model: z.string(),
  target: z.string(),
  /** The axes, e.g. `arithmetic.exact_match` against `single-stream.tpot.p50`. */
  axes: z.array(z.string()),
  /** Trials that no other beats by their values: at least as good on every axis and better on one. */
  strict: z.array(z.string()),
  /** Trials that are left where a difference within the noise counts as none. */
  withinNoise: z.array(z.string()),
});
export type FrontEntry = z.infer<typeof FrontEntry>;

export const Outcome = z.enum(['selected', 'none-acceptable', 'inconclusive']);
export type Outcome = z.infer<typeof Outcome>;

/** What follows from the trials alone. */
export const Verdicts = z.strictObject({
  schemaVersion: z.literal(1),
  campaign: z.string(),
  outcome: Outcome,
  selections: z.array(Selection),
  front: z.array(FrontEntry),
  nearestMisses: z.array(NearestMiss),
  /** Of each model, target and scenario without a selection, the one that binds most versions first. */
  binding: z.array(BindingLimit),
  /** Metrics of the unquantized model, by `<model>/<target>`. */
  baseline: z.record(z.string(), Metrics),
  /** Verdicts of every trial, by trial id and scenario. */
  verdicts: z.record(z.string(), z.record(z.string(), z.array(Verdict))),
});
export type Verdicts = z.infer<typeof Verdicts>;

/** The one version of a model on a target to use whatever the load. */
export const Overall = z.strictObject({
  model: z.string(),
  target: z.string(),
  /** Id; null where none is acceptable in every scenario. */
  trial: z.string().nullable(),
  label: z.string().nullable(),
  /** The reason, as a sentence. */
  because: z.string(),
});
export type Overall = z.infer<typeof Overall>;

/** How far a front had come after a round. */
export const RoundProgress = z.strictObject({
  model: z.string(),
  target: z.string(),
  /** Of the front. */
  axes: z.array(z.string()),
  round: z.int().positive(),
  /** How many versions were measured in it. */
  trials: z.int().nonnegative(),
  /**
   * The share of the area, or volume, between the worst and the best value of the campaign on each axis that the strict front
   * of all trials so far covers.
   */
  hypervolume: z.number().min(0).max(1),
});
export type RoundProgress = z.infer<typeof RoundProgress>;

/** `decision.json`. */
export const Decision = Verdicts.extend({
  /** What people did, in order; and what the campaign did in their place where it was told to. */
  acts: z.array(Act),
  notTried: z.array(NotTried),
  /** One for each model and target. */
  overall: z.array(Overall),
  /** By model, target and front; from the first round to the last. */
  rounds: z.array(RoundProgress),
  /** Why nothing more was tried, as a sentence. */
  ended: z.string(),
});
export type Decision = z.infer<typeof Decision>;

/** A decision without what it says of each single trial, of which there may be thousands. */
export type DecisionSummary = Omit<Decision, 'verdicts' | 'front' | 'baseline' | 'rounds'>;
