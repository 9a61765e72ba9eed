import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { withoutScope, type QuantizeModelOutput, type StageResult } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { quantize, QuantizationManifest, quantizeStage } from '@quantloop/quantize';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { linearsFolder, temporaryFolder } from './support/model-folder.ts';
import { normals } from './support/random.ts';
import { recipeOf } from './support/recipe.ts';
import { runModel } from './support/run-model.ts';

const LAYERS = ['a', 'b'].map((name, i) => ({ name, k: 256, n: 32, weight: normals(256 * 32, i + 1) }));

/** A job waits while another measures on this machine. */
describe('the stage quantizeModel', { timeout: 240_000 }, () => {
  test('runs in a process of its own, stores a model that loads, and is not repeated', async () => {
    const store = await openStore({ root: await temporaryFolder() });
    const model = await store.putFolder(await linearsFolder(LAYERS));
    const input = { model, recipe: recipeOf({ method: 'rtn', granularity: { group: 32 } }) };
    const first = await runStage(quantizeStage, input, { store });
    expect(first.execution).toMatchObject({ cached: false, attempts: 1 });

    const { output } = first;
    const manifest = QuantizationManifest.parse(await store.readJson(output.manifest));
    const { cost, ...stored } = manifest;
    const data = 2 * 256 * 32;
    expect(cost).toMatchObject({ bytesRead: 4 * data, bytesWritten: expect.any(Number) });
    expect(cost!.bytesWritten).toBeGreaterThanOrEqual((data * 5) / 8);
    const phases = Object.values(cost!.phases).reduce((sum, seconds) => sum + seconds, 0);
    expect(phases).toBeCloseTo(cost!.seconds, 6);
    expect(Math.min(cost!.cpuSeconds, cost!.phases.round, cost!.phases.finish)).toBeGreaterThan(0);
    const folder = await store.folder(output.model);
    expect(JSON.parse(await readFile(join(folder, 'quantization.json'), 'utf8'))).toEqual(stored);
    expect(manifest.quantized.map(({ name }) => name)).toEqual(['a.weight', 'b.weight']);
    // The graph and its external data, before and after: the metric that the performance stage has, exact already here.
    const bytesOf = async (place: string) => {
      const sizes = ['model.onnx', 'model.onnx_data'].map(
        async (name) => (await stat(join(place, name))).size,
      );
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    };
    const [bytes, before] = [await bytesOf(folder), await bytesOf(await store.folder(model))];
    expect(bytes).toBeLessThan(before / 4);
    expect(output.metrics).toEqual({
      'model.bytes': {
        value: bytes,
        low: bytes,
        high: bytes,
        unit: 'B',
        n: 1,
        higherIsBetter: false,
        convention: 'bytes-on-disk',
        versusBaseline: expect.objectContaining({
          difference: { value: bytes - before, low: bytes - before, high: bytes - before },
          ratio: { value: bytes / before, low: bytes / before, high: bytes / before },
          test: 'exact',
        }),
      },
      'model.bits_per_weight': expect.objectContaining({
        value: 5,
        low: 5,
        high: 5,
        n: 2 * 256 * 32,
        unit: 'bits',
      }),
      'model.weight_error': expect.objectContaining({
        value: manifest.totals.error.relative,
        unit: 'fraction',
      }),
    });
    expect(output.provenance).toMatchObject({ 'quantize.method': 'rtn', 'quantize.source': model.digest });
    const inputs = {
      a: { data: normals(256, 9), dims: [1, 256] },
      b: { data: normals(256, 8), dims: [1, 256] },
    };
    expect(Object.keys(await runModel(await store.folder(output.model), inputs))).toEqual(['a.out', 'b.out']);

    const second = await runStage(quantizeStage, input, { store });
    expect(second.execution.cached).toBe(true);
    expect(second.output).toEqual(output);
    await store.close();
  });

  test('makes the same folder of the same recipe, in whatever order its options are written', async () => {
    const {
      exclude: _,
      mix: __,
      ...whole
    } = recipeOf({ method: 'rtn', bits: 8, granularity: { group: 32 } });
    const mix = [{ tensors: ['a.*'], recipe: withoutScope(whole) }];
    const recipe = { ...recipeOf({ method: 'rtn', granularity: { group: 32 } }), mix };
    const reversed = Object.fromEntries(Object.entries(recipe.options).reverse());
    const made = async (options: typeof reversed) => {
      const store = await openStore({ root: await temporaryFolder() });
      const model = await store.putFolder(await linearsFolder(LAYERS));
      return (await runStage(quantizeStage, { model, recipe: { ...recipe, options } }, { store })).output
        .model;
    };
    expect(await made(reversed)).toEqual(await made(recipe.options));
  });

  test('is an activity of the plugin, whose permanent failures are not retried', async () => {
    const storeRoot = join(await temporaryFolder(), 'store');
    const store = await openStore({ root: storeRoot });
    const model = await store.putFolder(await linearsFolder(LAYERS));
    const { activities } = quantize({ storeRoot }).configureWorker({ taskQueue: 'q' } as never) as {
      activities: { quantizeModel: (input: unknown) => Promise<StageResult<QuantizeModelOutput>> };
    };
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 10_000 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (beat: unknown) => beats.push(beat));
    const recipe = recipeOf({ method: 'nf4' });
    const { output } = (await environment.run(activities.quantizeModel, {
      model,
      recipe,
    })) as StageResult<QuantizeModelOutput>;
    expect(await store.verify(output.model)).toBe(true);
    expect(beats.length).toBeGreaterThan(0);

    const nothing = { model, recipe: { ...recipe, exclude: ['**'] } };
    await expect(new MockActivityEnvironment().run(activities.quantizeModel, nothing)).rejects.toMatchObject({
      type: 'unsupported',
      nonRetryable: true,
    });
    await store.close();
  });
});
