import { cp, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import type { ArtifactRef, Engine, FidelityCheck } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { demoTasksFolder, importModel } from '@quantloop/models';
import { nodeLayer, TensorReader } from '@quantloop/onnx';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleTask, fidelityStage } from '../../src/index.ts';

const engine: Engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };

let root: string;
let store: Store;
let folder: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-non-finite-'));
  store = await openStore({ root: join(root, 'store') });
  ({ folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'model') }));
});

afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

/** A copy of the model in which one number of a weight is another one. */
async function poisoned(weight: string, value: number): Promise<ArtifactRef> {
  const copy = join(root, `${weight}-${value}`);
  await cp(folder, copy, { recursive: true });
  await using reader = await TensorReader.open(join(copy, 'model.onnx'));
  const entries = new Map(reader.tensor(weight).externalData.map(({ key, value: text }) => [key, text]));
  const data = await open(join(copy, entries.get('location')!), 'r+');
  await data.write(
    Buffer.from(Float32Array.of(value).buffer),
    0,
    4,
    Number(entries.get('offset') ?? 0) + 400,
  );
  await data.close();
  return store.putFolder(copy);
}

/** Weights of the demo model's layers that are stored beside it. */
async function weightsOf(layer: number): Promise<string[]> {
  await using reader = await TensorReader.open(join(folder, 'model.onnx'));
  return reader.names().filter((name) => nodeLayer(name) === layer && reader.info(name).external);
}

async function failure(model: ArtifactRef, check: FidelityCheck): Promise<{ code: string; message: string }> {
  try {
    await runStage(fidelityStage, { model, checks: [check], engine, seed: 0 }, { store });
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('the poisoned model was measured');
}

const task = async (name: string): Promise<FidelityCheck> => {
  const { bundle } = await bundleTask({ nameOrPath: name, store });
  return { kind: 'task', name, bundle, limit: 2 };
};

test.for([
  ['demo_stories', 0, 'q_proj'],
  ['demo_agreement', 1, 'down_proj'],
  ['demo_arithmetic', 2, 'o_proj'],
] as const)(
  '%s with a NaN in layer %d: the failure names the layer, the node and the weight',
  async ([name, layer, part]) => {
    const weight = (await weightsOf(layer)).find((one) => one.includes(part))!;
    const { code, message } = await failure(await poisoned(weight, Number.NaN), await task(name));
    expect(code).toBe('non-finite');
    expect(message).toContain(`it begins in layer ${layer}, at `);
    expect(message).toContain(part);
    expect(message).toContain(`whose weight ${weight} is itself not finite`);
  },
);

test('a divergence text read by a model that overflows: the layer where it does, and no weight to blame', async () => {
  const weight = (await weightsOf(1)).find((one) => one.includes('up_proj'))!;
  const text = await store.putFile(join(demoTasksFolder(), 'data/stories.jsonl'), 'application/jsonl');
  const check: FidelityCheck = { kind: 'divergence', tokens: 300, text };
  const { code, message } = await failure(await poisoned(weight, 3e38), check);
  expect(code).toBe('non-finite');
  expect(message).toMatch(
    /^after token \d+ of window 0 of the divergence text the model yields no finite logits: it begins in layer 1, at /,
  );
  expect(message).not.toContain('is itself not finite');
});
