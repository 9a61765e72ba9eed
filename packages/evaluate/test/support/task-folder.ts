import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStore, type Store } from '@quantloop/artifacts';

/** A folder with these files, for one test. What is no text is written as JSON, which is YAML too. */
export async function taskFolder(files: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-task-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(join(folder, name), isText ? content : JSON.stringify(content));
  }
  return folder;
}

/** A store for one test. */
export async function taskStore(): Promise<Store> {
  const store = await openStore({ root: join(await taskFolder({}), 'store') });
  onTestFinished(() => store.close());
  return store;
}

export const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
