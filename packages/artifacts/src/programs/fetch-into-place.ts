import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Lets `fetch` put a program into a fresh folder beside its final place, and then moves it there: two processes that do
 * so at once cannot disturb each other.
 */
export async function fetchIntoPlace(
  path: string,
  fetch: (folder: string) => Promise<string>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const folder = await mkdtemp(join(dirname(path), '.fetch-'));
  try {
    await rename(await fetch(folder), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
