import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Brings a folder and all in it from the system's cache to the disk. */
export async function syncTree(folder: string, { deep = true }: { deep?: boolean } = {}): Promise<void> {
  if (deep) {
    const entries = await readdir(folder, { withFileTypes: true });
    await Promise.all(
      entries.map((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? syncTree(path) : sync(path);
      }),
    );
  }
  await sync(folder);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
