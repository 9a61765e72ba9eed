import { z } from 'zod';

/** The address of stored content. Only these travel through workflows, never the bytes. */
export const ArtifactRef = z.strictObject({
  /** `sha256:` and 64 hex digits: of the bytes, or of the tree listing of a folder. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** Bytes in total (a folder: the sum over its files). */
  size: z.int().nonnegative(),
  mediaType: z.string(),
});
export type ArtifactRef = z.infer<typeof ArtifactRef>;

/** Media type of a folder artifact. */
export const FOLDER_MEDIA_TYPE = 'application/vnd.quantloop.folder+json';
