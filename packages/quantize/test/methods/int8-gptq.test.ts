import { join } from 'node:path';
import { TensorReader } from '@quantloop/onnx';
import { quantizeFolder } from '@quantloop/quantize';
import { Arithmetic } from '@quantloop/runtime';
import { afterAll, expect, test } from 'vitest';
import { demoModel } from '../support/demo-model.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { layersWithInputs, outputError } from '../support/output-error.ts';
import { recipeOf } from '../support/recipe.ts';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

test('int8 weights by GPTQ leave less output error than rounded ones, in every layer', async () => {
  const { folder, sequences } = await demoModel({ texts: 48, tokens: 128 });
  await using reader = await TensorReader.open(join(folder, 'model.onnx'));
  const layers = await layersWithInputs(folder, sequences, arithmetic);
  expect(layers.length).toBeGreaterThan(30);
  for (const layer of layers) {
    const by = (weights: string) =>
      outputError({ ...layer, reader, recipe: recipeOf({ method: 'dynamic-int8', options: { weights } }) });
    expect(await by('gptq'), layer.linear.weight).toBeLessThan(await by('rtn'));
  }
});

test('a model with such weights needs texts, and is made of the same operators', async () => {
  const { folder: source, sequences } = await demoModel({ texts: 4, tokens: 32 });
  const recipe = recipeOf({ method: 'dynamic-int8', options: { weights: 'gptq' } });
  const target = await temporaryFolder();
  await expect(quantizeFolder({ source, target, recipe })).rejects.toThrow('needs calibration texts');
  const manifest = await quantizeFolder({ source, target, recipe, calibration: { sequences } });
  expect(manifest.quantized.length).toBeGreaterThan(30);
  expect(manifest.quantized[0]!.storage).toMatchObject({ layout: 'matmul-integer', bits: 8 });
});
