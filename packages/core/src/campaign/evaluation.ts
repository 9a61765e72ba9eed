import { z } from 'zod';
import { ArtifactRef } from '../board/artifact-ref.ts';
import { Category } from './category.ts';
import { Name } from './target.ts';

/** Texts on disk: JSON lines with a field, or plain text (one document a line). */
export const TextSource = z.strictObject({ file: z.string(), field: z.string().default('text') });
export type TextSource = z.infer<typeof TextSource>;

/** As written in a campaign file. */
export const FidelityItem = z.union([
  z.strictObject({
    /** A built-in task's name, or the path of an lm-eval task file. */
    task: z.string(),
    /** Only the first N documents. */
    limit: z.int().positive().optional(),
    /** What it asks for. @default told from the task's name, else `other` */
    category: Category.optional(),
  }),
  z.strictObject({
    metric: z.literal('kl-divergence'),
    /** Tokens to compare. */
    tokens: z.int().positive().default(4000),
    text: TextSource.optional(),
  }),
]);
export type FidelityItem = z.infer<typeof FidelityItem>;

/** Resolved: everything a worker needs, by reference. */
export const FidelityCheck = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('task'),
    name: z.string(),
    /** Folder artifact: `task.yaml` and the data files it names. */
    bundle: ArtifactRef,
    limit: z.int().positive().nullable(),
    category: Category.optional(),
  }),
  z.strictObject({
    kind: z.literal('divergence'),
    tokens: z.int().positive(),
    /** JSON lines with the field `text`. */
    text: ArtifactRef,
  }),
]);
export type FidelityCheck = z.infer<typeof FidelityCheck>;

const shape = { promptTokens: z.int().positive(), newTokens: z.int().min(2) };

/** A load shape, in MLPerf's names. */
export const Scenario = z.discriminatedUnion('scenario', [
  z.strictObject({
    scenario: z.literal('single-stream'),
    name: Name.default('single-stream'),
    ...shape,
    /** Measured requests of each model; baseline and candidate alternate. */
    requests: z.int().min(3).default(10),
  }),
  z.strictObject({
    scenario: z.literal('offline'),
    name: Name.default('offline'),
    ...shape,
    batch: z.union([
      z
        .int()
        .positive()
        .transform((size) => [size]),
      z.array(z.int().positive()).min(1),
    ]),
    /** Measured batches of each model and batch size. */
    repetitions: z.int().min(3).default(5),
  }),
]);
export type Scenario = z.infer<typeof Scenario>;
