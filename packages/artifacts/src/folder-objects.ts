import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { writeAtomic } from './atomic-file.ts';
import type { Objects, StoredObject } from './objects.ts';
import { storeAttempt, systemCode } from './store-failure.ts';

/** Objects as files below a folder. Discarded ones stay beside their place as `.corrupt`. */
export function folderObjects(root: string, temporary: string): Objects {
  const pathOf = (name: string) => join(root, name);
  return {
    read: (name) =>
      storeAttempt({ doing: 'reading', place: pathOf(name) }, () =>
        readFile(pathOf(name)).catch(ignoreMissing),
      ),
    write: (name, bytes, options) => writeAtomic({ temporary, path: pathOf(name), bytes, ...options }),
    discard: (name) =>
      storeAttempt({ doing: 'moving aside', place: pathOf(name) }, () =>
        rename(pathOf(name), `${pathOf(name)}.corrupt`).catch(ignoreMissing),
      ),
    async remove(names) {
      for (const path of names.map(pathOf))
        await storeAttempt({ doing: 'removing', place: path }, () => rm(path, { force: true }));
    },
    clear: (folder) =>
      storeAttempt({ doing: 'clearing', place: pathOf(folder) }, () =>
        rm(pathOf(folder), { recursive: true, force: true }),
      ),
    list: (folder) =>
      storeAttempt({ doing: 'listing', place: pathOf(folder) }, () => filesBelow(root, folder)),
  };
}

async function filesBelow(root: string, folder: string): Promise<StoredObject[]> {
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = (await readdir(join(root, folder), options).catch(ignoreMissing)) ?? [];
  const objects: StoredObject[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    // One that is taken away meanwhile is none.
    const facts = entry.isFile() ? await stat(path).catch(ignoreMissing) : undefined;
    if (facts === undefined) continue;
    const name = relative(root, path).split(sep).join('/');
    objects.push({ name, size: facts.size, modified: facts.mtime });
  }
  return objects;
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error;
}
