import { z } from 'zod';

/** Which of several campaigns goes first where they share workers: from 1, before all others, to 5. Temporal's own scale. */
export const Priority = z.int().min(1).max(5);
export type Priority = z.infer<typeof Priority>;

/** Where nothing is said. */
export const DEFAULT_PRIORITY: Priority = 3;
