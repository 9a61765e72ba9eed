import { z } from 'zod';

/** What a task asks for: losses are told for each, since a mean over all may hide that one of them fell. */
export const CATEGORIES = [
  'mathematics',
  'knowledge',
  'reasoning',
  'language',
  'instruction',
  'code',
  'other',
] as const;
export const Category = z.enum(CATEGORIES);
export type Category = z.infer<typeof Category>;
