import { z } from 'zod';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line of a log: what every line has, the ids of what it is about, and whatever else it says. */
export const LogLine = z.looseObject({
  level: z.enum(LOG_LEVELS),
  /** ISO 8601, UTC. */
  time: z.iso.datetime(),
  host: z.string(),
  pid: z.int().positive(),
  msg: z.string(),
  campaign: z.string().optional(),
  run: z.string().optional(),
  trial: z.string().optional(),
  stage: z.string().optional(),
  attempt: z.int().positive().optional(),
});
export type LogLine = z.infer<typeof LogLine>;
