import { z } from 'zod';

export const Switch = z.enum(['auto', 'off']);
export type Switch = z.infer<typeof Switch>;

/**
 * Where nothing is acceptable: `fail` ends, `relax` selects by the smallest relaxation that admits a trial and says so,
 * `ask` waits for a person.
 */
export const OnNoWinner = z.enum(['fail', 'relax', 'ask']);
export type OnNoWinner = z.infer<typeof OnNoWinner>;

/** Names of the metrics a front is drawn over. */
export const FrontAxes = z.array(z.string()).min(2);
export type FrontAxes = z.infer<typeof FrontAxes>;
