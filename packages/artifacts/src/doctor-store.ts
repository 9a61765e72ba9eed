import { freeBytes } from './free-bytes.ts';
import { cacheLimit } from './cache/cache-place.ts';
import { parseS3Location } from './s3/s3-location.ts';
import { localFolder } from './store-location.ts';
import { storedBytes } from './stored-bytes.ts';

export interface StoreDiagnosis {
  /** `s3://bucket/prefix`. */
  url: string;
  endpoint: string;
  /** There is a store already. */
  made: boolean;
  /** The folder of its cache on this machine. */
  cache: string;
  /** Bytes that the cache may take. */
  limit: number;
  /** Bytes that the disk has for it, with what it takes already; undefined when the system does not tell. */
  free: number | undefined;
}

/**
 * Tries everything that a campaign does with a store on S3, without making one and without waiting for a server that is
 * away. Throws `store-refused` or `store-unavailable`, saying what does not work.
 */
export async function doctorStore(root: string): Promise<StoreDiagnosis> {
  const { probeS3 } = await import('./s3/probe-s3.ts');
  const location = parseS3Location(root);
  const { made, endpoint } = await probeS3(location);
  const cache = localFolder(root);
  const [left, taken] = await Promise.all([freeBytes(cache), storedBytes(cache)]);
  const free = left === undefined ? undefined : left + taken;
  return { url: location.url, endpoint, made, cache, limit: cacheLimit(), free };
}
