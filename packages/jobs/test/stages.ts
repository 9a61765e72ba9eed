import { mkdtempSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { ArtifactRef } from '@quantloop/core';
import { defineStage, jobModule } from '@quantloop/jobs';
import { z } from 'zod';

// Leases of the machine are kept below the temporary folder: measurements of others must not hold up these jobs.
process.env['TMPDIR'] = mkdtempSync(join(tmpdir(), 'quantloop-jobs-'));
// One cache of compiled code for all stores: starting a process takes a third of the time.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'compiled');

export const count = defineStage({
  name: 'count',
  version: '1',
  input: z.strictObject({
    blocks: z.int().positive(),
    milliseconds: z.number().default(1),
    stopsAt: z.int().optional(),
  }),
  output: z.strictObject({ sum: z.number(), table: ArtifactRef }),
  module: jobModule(import.meta.url, './jobs/count'),
  artifacts: ({ table }) => [table],
});

export const misbehave = defineStage({
  name: 'misbehave',
  version: '1',
  input: z.strictObject({ way: z.string() }),
  output: z.strictObject({ value: z.string() }),
  module: jobModule(import.meta.url, './jobs/misbehave'),
});

export const block = defineStage({
  name: 'block',
  version: '1',
  input: z.strictObject({ trace: z.string() }),
  output: z.never(),
  module: jobModule(import.meta.url, './jobs/block'),
});

export const flaky = defineStage({
  name: 'flaky',
  version: '1',
  input: z.strictObject({ needs: z.string() }),
  output: z.strictObject({ value: z.string() }),
  module: jobModule(import.meta.url, './jobs/flaky'),
});

export const surroundings = defineStage({
  name: 'surroundings',
  version: '1',
  input: z.strictObject({}),
  output: z.strictObject({ variables: z.array(z.string()), options: z.array(z.string()), pid: z.int() }),
  module: jobModule(import.meta.url, './jobs/surroundings'),
});

/** A fresh folder for one test. */
export function newRoot(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'quantloop-jobs-'));
}

export async function newStore(): Promise<Store> {
  return openStore({ root: await newRoot() });
}

/** What happened in a store, one word each. */
export async function eventsOf(store: Store): Promise<string[]> {
  return (await store.journal.read()).map(({ event, code }) =>
    code === undefined ? event : `${event} ${code}`,
  );
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
