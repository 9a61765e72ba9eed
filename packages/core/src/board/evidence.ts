import { z } from 'zod';

/**
 * How much of a trial is measured: tasks are looked at on growing shares of their documents, performance with growing
 * numbers of repetitions, until every verdict is settled or everything was seen.
 */
export const Effort = z.strictObject({
  /** Which look this is, from 1. */
  look: z.int().positive(),
  /** How many looks there may be in all. */
  looks: z.int().positive(),
  /** Of each task's documents, counted from the first; 1: all of them. */
  share: z.number().positive().max(1),
  /** Repetitions and requests of the scenarios are multiplied by it. */
  repetitions: z.int().positive(),
  /**
   * The part of the error a verdict may make that this look may spend, on tasks by their documents and on performance by
   * its repetitions: over growing evidence they add up to 1. Looks at the same evidence again spend nothing.
   */
  alpha: z.strictObject({
    documents: z.number().positive().max(1),
    repetitions: z.number().positive().max(1),
  }),
});
export type Effort = z.infer<typeof Effort>;

/** All there is to see, at once: what a baseline gets, and every trial of a campaign that does not race. */
export const FULL_EFFORT: Effort = {
  look: 1,
  looks: 1,
  share: 1,
  repetitions: 1,
  alpha: { documents: 1, repetitions: 1 },
};

/** The most that `repetitions` comes to, where a verdict on performance stays open. */
export const MOST_REPETITIONS = 4;
