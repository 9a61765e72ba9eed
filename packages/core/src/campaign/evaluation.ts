import { z } from 'zod';
import { ArtifactRef } from '../board/artifact-ref.ts';
import { PerplexityConvention } from './perplexity.ts';
import { Category } from './category.ts';
import { PromptsItem, Sampling } from './prompts.ts';

/** Texts on disk: JSON lines with a field, or plain text (one document a line). */
export const TextSource = z.strictObject({ file: z.string(), field: z.string().default('text') });
export type TextSource = z.infer<typeof TextSource>;

/** As written in a campaign file. */
export const FidelityItem = z.union([
  z.strictObject({
    /** Name of a built-in task or group, or the path of an lm-eval task file. */
    task: z.string(),
    /** Only the first N documents of each task. */
    limit: z.int().positive().optional(),
    /** Lets the task run the programs that the model writes, isolated, on the worker. @default refused */
    runUnsafeCode: z.literal(true).optional(),
    /** What it asks for. @default told from the task's name, else `other` */
    category: Category.optional(),
    /** Examples before each question, instead of the task's own number. */
    fewShot: z.int().nonnegative().optional(),
    /** Where the data is instead of where the task says: a folder, the evaluated split's file, or files by split. */
    data: z
      .union([z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]))])
      .optional(),
  }),
  z.strictObject({
    metric: z.literal('kl-divergence'),
    /** Tokens to compare. */
    tokens: z.int().positive().default(4000),
    text: TextSource.optional(),
  }),
  z.strictObject({
    metric: z.literal('perplexity'),
    convention: PerplexityConvention,
    /** Tokens of a chunk; part of the metric's name. @default 2048 for gptq, 512 for llama.cpp */
    context: z.int().min(4).optional(),
    text: TextSource,
  }),
  PromptsItem,
]);
export type FidelityItem = z.infer<typeof FidelityItem>;

/** Resolved: everything a worker needs, by reference. */
export const FidelityCheck = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('task'),
    name: z.string(),
    /** Folder artifact: a task or a group of tasks, with their data. */
    bundle: ArtifactRef,
    limit: z.int().positive().nullable(),
    /** Of the largest of its tasks, after `limit`: how often a campaign may look at it goes by this. */
    documents: z.int().positive().optional(),
    runUnsafeCode: z.literal(true).optional(),
    category: Category.optional(),
  }),
  z.strictObject({
    kind: z.literal('divergence'),
    tokens: z.int().positive(),
    /** JSON lines with the field `text`. */
    text: ArtifactRef,
  }),
  z.strictObject({
    kind: z.literal('perplexity'),
    convention: PerplexityConvention,
    context: z.int().min(4),
    /** Plain text, read as one stream. */
    text: ArtifactRef,
  }),
  z.strictObject({
    kind: z.literal('prompts'),
    newTokens: z.int().positive(),
    sampling: Sampling.optional(),
    chat: z.literal(false).optional(),
    /** JSON lines, a `Prompt` each in the field `prompt`. */
    text: ArtifactRef,
  }),
]);
export type FidelityCheck = z.infer<typeof FidelityCheck>;

/** The bundles of the tasks among some checks, in order. */
export const bundlesOf = (checks: readonly FidelityCheck[]): ArtifactRef[] =>
  checks.flatMap((check) => (check.kind === 'task' ? [check.bundle] : []));
