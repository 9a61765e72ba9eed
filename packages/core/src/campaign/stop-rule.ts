import { z } from 'zod';

/** When a trial is given up after its divergence from the baseline was measured, before any task is run. */
export const StopRule = z
  .strictObject({
    /** A `kl-divergence` metric. */
    metric: z.string(),
    above: z.number().optional(),
    below: z.number().optional(),
  })
  .refine(({ above, below }) => (above === undefined) !== (below === undefined), {
    message: 'a stop rule has exactly one limit, above or below',
  });
export type StopRule = z.infer<typeof StopRule>;
