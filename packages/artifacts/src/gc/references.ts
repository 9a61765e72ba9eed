/** What JSON says of an artifact; files of a folder's listing have no media type. */
export interface Reference {
  digest: string;
  mediaType?: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Everything in a JSON value that refers to an artifact by digest and size, however deep. */
export function referencesIn(value: unknown): Reference[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  const { digest, size, mediaType } = value as Record<string, unknown>;
  const own =
    typeof digest === 'string' && DIGEST.test(digest) && typeof size === 'number'
      ? [{ digest, ...(typeof mediaType === 'string' && { mediaType }) }]
      : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}
