import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder for one test. */
export function newRoot(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'quantloop-artifacts-'));
}
