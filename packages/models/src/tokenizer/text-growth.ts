import { z } from 'zod';

const Replacement = z.looseObject({
  type: z.literal('Replace'),
  pattern: z.looseObject({ String: z.string().optional() }),
  content: z.string(),
});

/** How many times longer the replacements in a part of a tokenizer, one after the other, can make a text. */
export function textGrowth(part: unknown): number {
  if (typeof part !== 'object' || part === null) return 1;
  const replacement = Replacement.safeParse(part);
  if (!replacement.success) {
    return Object.values(part).reduce<number>((growth, value) => growth * textGrowth(value), 1);
  }
  const { pattern, content } = replacement.data;
  return Math.max(1, content.length / Math.max(1, pattern.String?.length ?? 1));
}
