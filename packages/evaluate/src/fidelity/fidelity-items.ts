import { ArtifactRef, PromptAnswers } from '@quantloop/core';
import { z } from 'zod';
import { ResultSource } from '../known/result-source.ts';

const Values = z.array(z.number());

/** Results of a task's first documents, one entry a document in the order of the data. */
export const TaskItems = z.strictObject({
  kind: z.literal('task'),
  name: z.string(),
  /** Digest of the task's bundle: results of other documents are not paired. */
  bundle: z.string(),
  documents: z.int().nonnegative(),
  /** Documents that there are, after the check's limit: more than `documents` where only a share was asked. */
  total: z.int().nonnegative(),
  /** What metrics are made of, e.g. `acc`, `loglikelihood`, `words`, `exact_match,none`. */
  columns: z.record(z.string(), Values),
  /** The first documents, for reading side by side. */
  samples: z.array(
    z.strictObject({
      document: z.int().nonnegative(),
      prompt: z.string(),
      target: z.string(),
      responses: z.array(z.string()),
    }),
  ),
});
export type TaskItems = z.infer<typeof TaskItems>;

/** Next-token distributions against the baseline's, one entry a window of text. */
export const DivergenceItems = z.strictObject({
  kind: z.literal('divergence'),
  /** Digest of the windows' tokens. */
  tokens: z.string(),
  /** Digest of the distributions of the baseline that was compared with. */
  baseline: z.string().optional(),
  windows: z.array(
    z.strictObject({
      /** KL(baseline ‖ candidate) of each token, nats. */
      divergence: Values,
      /** Change of the probability of the token that follows, of each token but the last. */
      shift: Values,
      /** Tokens that both find most likely. */
      agreed: z.int().nonnegative(),
    }),
  ),
  /** Folder artifact of the baseline's own: what its candidates are compared with. */
  distributions: ArtifactRef.optional(),
});
export type DivergenceItems = z.infer<typeof DivergenceItems>;

/** Losses of a text, one entry a chunk. */
export const PerplexityItems = z.strictObject({
  kind: z.literal('perplexity'),
  /** The metric's name: convention and chunk. */
  name: z.string(),
  /** Digest of the text. */
  text: z.string(),
  /** Of the negative log-likelihoods of the scored tokens, nats. */
  sums: Values,
  squares: Values,
  /** Scored tokens. */
  counts: Values,
});
export type PerplexityItems = z.infer<typeof PerplexityItems>;

/** Answers to prompts, one entry a prompt. */
export const PromptsItems = PromptAnswers.extend({ kind: z.literal('prompts') });
export type PromptsItems = z.infer<typeof PromptsItems>;

/** The items artifact of a fidelity evaluation: what a candidate's results are paired with, and a further look adds to. */
export const FidelityItems = z.strictObject({
  schemaVersion: z.literal(2),
  source: ResultSource,
  checks: z.array(z.discriminatedUnion('kind', [TaskItems, DivergenceItems, PerplexityItems, PromptsItems])),
});
export type FidelityItems = z.infer<typeof FidelityItems>;
