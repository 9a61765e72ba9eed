import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const roots: string[] = [];
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true, force: true }))));

/** A fresh folder for one test, gone after the tests of the file. */
export async function newRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'quantloop-artifacts-'));
  roots.push(root);
  return root;
}
