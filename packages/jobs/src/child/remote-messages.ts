import { z } from 'zod';

const name = z.string();

/** What a job asks its parent to do in the shared store, which it has no credentials for. */
export const RemoteCall = z.discriminatedUnion('call', [
  z.strictObject({ call: z.literal('has'), digest: name, size: z.number().optional() }),
  z.strictObject({ call: z.literal('fetch'), digest: name }),
  z.strictObject({ call: z.literal('push'), digest: name }),
  z.strictObject({ call: z.literal('read'), name }),
  /** A block of a checkpoint: some kilobytes to a few megabytes. */
  z.strictObject({ call: z.literal('write'), name, base64: z.base64(), keepExisting: z.boolean() }),
  z.strictObject({ call: z.literal('discard'), name }),
  z.strictObject({ call: z.literal('remove'), names: z.array(name) }),
  z.strictObject({ call: z.literal('clear'), folder: name }),
  z.strictObject({ call: z.literal('list'), folder: name }),
]);
export type RemoteCall = z.infer<typeof RemoteCall>;

export const ListedObjects = z.array(
  z.strictObject({ name, size: z.number(), modified: z.iso.datetime().transform((text) => new Date(text)) }),
);
