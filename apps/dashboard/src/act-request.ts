import { z } from 'zod';

const by = z.string().trim().min(1, 'Say who you are.').max(200);
const reason = z.string().trim().min(1, 'Say why.').max(2000);

/** What people can do on the page, and who they say they are. */
export const ActRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['approve', 'pause', 'go-on', 'finish']), by }),
  z.strictObject({ kind: z.literal('reject'), by, reason, trial: z.string() }),
  /** A recipe as in a campaign file: YAML or JSON. */
  z.strictObject({ kind: z.literal('add-recipe'), by, recipe: z.string().max(10_000) }),
  /** The limits of the requirements in reading order, each as in a campaign file. */
  z.strictObject({ kind: z.literal('relax'), by, reason, limits: z.array(z.string().max(100)).max(1000) }),
]);
export type ActRequest = z.infer<typeof ActRequest>;
