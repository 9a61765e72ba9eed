import { z } from 'zod';
import { ArtifactRef } from '../board/artifact-ref.ts';
import { Category } from './category.ts';

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
