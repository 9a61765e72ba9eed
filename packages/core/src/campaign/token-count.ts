import { z } from 'zod';

/** Bounds of what is drawn: values beyond them become them. */
const bounds = (least: number) => ({ min: z.int().min(least).default(least), max: z.int().min(least) });
const spread = (least: number) => ({
  mean: z.number().positive(),
  std: z.number().nonnegative(),
  ...bounds(least),
});

const anyCount = (least: number) =>
  z.union([
    z.int().min(least),
    z.strictObject({ uniform: z.strictObject(bounds(least)) }),
    z.strictObject({ normal: z.strictObject(spread(least)) }),
    z.strictObject({ lognormal: z.strictObject(spread(least)) }),
  ]);

/**
 * How many tokens: always as many, or drawn anew for each request, and rounded. `mean` and `std` are those of the
 * number itself, for `lognormal` too. `max` is required: it decides whether a model has room.
 */
export const tokenCount = (least: number) =>
  anyCount(least).refine((count) => boundsOf(count).min <= boundsOf(count).max, {
    error: 'min is above max',
  });
export type TokenCount = z.output<ReturnType<typeof anyCount>>;

/** The fewest and the most tokens that can be drawn. */
export function boundsOf(count: TokenCount): { min: number; max: number } {
  if (typeof count === 'number') return { min: count, max: count };
  if ('uniform' in count) return count.uniform;
  return 'normal' in count ? count.normal : count.lognormal;
}
