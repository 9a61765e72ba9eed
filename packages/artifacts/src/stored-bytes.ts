import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of all artifacts in the store of a folder, each counted once; 0 when there is none. */
export async function storedBytes(root: string): Promise<number> {
  const entries = await readdir(join(root, 'blobs'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  let bytes = 0;
  for (const entry of entries) {
    // One that is taken away meanwhile takes no room.
    if (entry.isFile())
      bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
