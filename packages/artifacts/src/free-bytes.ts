import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes that this user may still write at a place, or where it will be made; undefined when the system does not tell. */
export async function freeBytes(place: string): Promise<number | undefined> {
  for (let folder = place; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch {
      if (dirname(folder) === folder) return undefined;
    }
  }
}
