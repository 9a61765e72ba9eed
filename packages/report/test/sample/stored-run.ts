import { openStore, type Store } from '@quantloop/artifacts';
import type { Decision } from '@quantloop/core';
import { decided } from './decided.ts';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ReportInput } from '../../src/index.ts';
import { RECIPES, sampleRun } from './sample-run.ts';

/** A folder that is gone when the test is over. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-report-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A small run whose selected models are in a real store. */
export async function storedRun(root: string): Promise<{ store: Store; input: ReportInput }> {
  const store = await openStore({ root: join(root, 'store') });
  const model = join(root, 'model');
  await mkdir(join(model, 'nested'), { recursive: true });
  await writeFile(join(model, 'model.onnx'), 'graph');
  await writeFile(join(model, 'model.onnx_data'), Buffer.alloc(4096, 7));
  await writeFile(join(model, 'README.md'), 'the card of the source model');
  await writeFile(join(model, 'nested', 'vocabulary.txt'), 'a b c');
  const artifact = await store.putFolder(model);
  const run = sampleRun({ recipes: RECIPES.slice(0, 3), failing: [] });
  const trials = run.trials.map((trial) => ({ ...trial, artifact }));
  return {
    store,
    input: {
      ...run,
      trials,
      decision: JSON.parse(JSON.stringify(decided(run.campaign, trials))) as Decision,
    },
  };
}
