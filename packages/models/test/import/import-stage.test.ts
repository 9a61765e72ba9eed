import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { runStage } from '@quantloop/jobs';
import { importStage, models } from '@quantloop/models';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TINY, tinyWeights, writeTinyCheckpoint } from '../support/tiny-llama.ts';

const root = temporaryFolder();
const source = join(root, 'source');
writeTinyCheckpoint({ folder: source, config: TINY, weights: tinyWeights(TINY) });

test('the stage imports in a process of its own, once, and again when the source has changed', async () => {
  const store = await openStore({ root: join(root, 'store') });
  const first = await runStage(importStage, { source }, { store });
  expect(first.execution.cached).toBe(false);
  expect(readdirSync(await store.folder(first.output.model)).sort()).toEqual([
    'config.json',
    'model.onnx',
    'model.onnx_data',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const second = await runStage(importStage, { source }, { store });
  expect(second.execution.cached).toBe(true);
  expect(second.output).toEqual(first.output);

  const file = join(source, 'config.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"rope_theta":10000', '"rope_theta":20000'));
  const third = await runStage(importStage, { source }, { store });
  expect(third.execution.cached).toBe(false);
  expect(third.output.model.digest).not.toBe(first.output.model.digest);
  await store.close();
});

test('the plugin offers it as the activity importModel, with failures that are not retried', async () => {
  const plugin = models({ storeRoot: join(root, 'plugin-store') });
  const { activities } = plugin.configureWorker({ taskQueue: 'any' });
  const { importModel } = activities as { importModel: (input: { source: string }) => Promise<unknown> };
  const environment = new MockActivityEnvironment();
  expect(await environment.run(importModel, { source })).toMatchObject({
    output: { provenance: { 'import.architecture': 'llama' } },
  });
  await expect(environment.run(importModel, { source: join(root, 'gone') })).rejects.toMatchObject({
    name: 'ApplicationFailure',
    type: 'invalid-spec',
    nonRetryable: true,
  });
});
