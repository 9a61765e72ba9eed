import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MixEntry, type QuantloopError, type Recipe } from '@quantloop/core';
import { DEMO_MODEL, importModel } from '@quantloop/models';
import {
  METHODS,
  quantizeFolder,
  quantizeStage,
  roleOf,
  type QuantizationManifest,
} from '@quantloop/quantize';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportFolder } from '../support/export-folder.ts';
import { optimumLlama } from '../support/exports/optimum-llama.ts';
import { tinyWeights } from '../support/exports/tiny-weights.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { recipeOf, weightRecipeOf } from '../support/recipe.ts';

const INT8 = weightRecipeOf({ method: 'rtn', bits: 8 });

let demo: string;
beforeAll(async () => {
  demo = join(await temporaryFolder(), 'demo');
  await importModel({ source: DEMO_MODEL, folder: demo });
});

const mixed = async (mix: MixEntry[], whole: Partial<Recipe> = {}) => {
  const target = await temporaryFolder();
  const recipe = { ...recipeOf({ method: 'rtn', bits: 4 }), ...whole, mix };
  return { target, manifest: await quantizeFolder({ source: demo, target, recipe }) };
};

const failure = (promise: Promise<unknown>): Promise<QuantloopError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: QuantloopError) => error,
  );

/** `layer role` → method and bits. */
const doneTo = ({ quantized }: QuantizationManifest): Record<string, string> =>
  Object.fromEntries(
    quantized.map(({ layer, role, recipe }) => [`${layer ?? ''} ${role}`, `${recipe.method} ${recipe.bits}`]),
  );

describe('a mixed recipe', () => {
  test('does to each weight what the first fitting entry says, and the manifest tells', async () => {
    const { target, manifest } = await mixed([
      { roles: ['down_proj'], layers: '1', recipe: weightRecipeOf({ method: 'nf4' }) },
      { roles: ['down_proj', 'o_proj'], recipe: INT8 },
      { layers: '-1', tensors: ['*{gate,up}_proj*'], recipe: weightRecipeOf({ method: 'dynamic-int8' }) },
      { roles: ['lm_head'], recipe: 'keep' },
    ]);
    const done = doneTo(manifest);
    const layers = new Set(manifest.quantized.map(({ layer }) => layer)).size;
    expect(layers).toBeGreaterThan(2);
    const expected: Record<string, string> = {};
    for (let layer = 0; layer < layers; layer++) {
      const last = layer === layers - 1;
      for (const role of ['q_proj', 'k_proj', 'v_proj']) expected[`${layer} ${role}`] = 'rtn 4';
      for (const role of ['gate_proj', 'up_proj'])
        expected[`${layer} ${role}`] = last ? 'dynamic-int8 8' : 'rtn 4';
      expected[`${layer} o_proj`] = 'rtn 8';
      expected[`${layer} down_proj`] = layer === 1 ? 'nf4 4' : 'rtn 8';
    }
    expect(done).toEqual(expected);
    expect(manifest.mix.map(({ weights }) => weights)).toEqual([1, 2 * layers - 1, 2, 1]);
    expect(manifest.kept.map(({ reason }) => reason)).toContain('kept by mix[3]');
    expect(manifest.methods.map(({ name }) => name).sort()).toEqual(['dynamic-int8', 'nf4', 'rtn']);
    const entryOf = (role: string, layer: number) =>
      manifest.quantized.find((tensor) => tensor.role === role && tensor.layer === layer)?.mixEntry;
    expect([entryOf('down_proj', 1), entryOf('down_proj', 0), entryOf('q_proj', 0)]).toEqual([0, 1, null]);
    const layouts = manifest.quantized.map(({ storage }) => storage.layout);
    expect(layouts.filter((layout) => layout === 'matmul-bnb4')).toHaveLength(1);
    expect(layouts.filter((layout) => layout === 'matmul-integer')).toHaveLength(2);
    expect((await readFile(join(target, 'model.onnx'))).includes('MatMulBnb4')).toBe(true);
  });

  test('each weight’s error is that of its own recipe alone', async () => {
    const { manifest } = await mixed([{ layers: '0-1', recipe: INT8 }]);
    const [four, eight] = await Promise.all(
      [4, 8].map((bits) => mixed([], recipeOf({ method: 'rtn', bits })).then((done) => done.manifest)),
    );
    for (const { name, layer, error, bytesAfter } of manifest.quantized) {
      const uniform = layer !== null && layer <= 1 ? eight : four;
      const same = uniform!.quantized.find((tensor) => tensor.name === name)!;
      expect({ error, bytesAfter }).toEqual({ error: same.error, bytesAfter: same.bytesAfter });
    }
  });

  test('that names the embedding quantizes it, though the whole recipe leaves it alone', async () => {
    const source = await exportFolder(
      optimumLlama({ weights: tinyWeights({ tied: false }), opset: 18, form: 'folded' }),
    );
    const mix = [{ roles: ['embed_tokens' as const], recipe: INT8 }];
    const target = await temporaryFolder();
    const manifest = await quantizeFolder({
      source,
      target,
      recipe: { ...recipeOf({ method: 'rtn' }), mix },
    });
    const entry = manifest.quantized.find(({ role }) => role === 'embed_tokens');
    expect(entry).toMatchObject({ name: 'model.embed_tokens.weight', mixEntry: 0, storage: { bits: 8 } });
  });

  test('that names the head quantizes it, though the whole recipe leaves it alone', async () => {
    const whole = recipeOf({ method: 'rtn', options: { head: false } });
    const { manifest } = await mixed([{ tensors: ['*lm_head*'], recipe: INT8 }], whole);
    expect(doneTo(manifest)[' lm_head']).toBe('rtn 8');
  });

  test('leaves alone what "exclude" names, whatever its entries say', async () => {
    const { manifest } = await mixed([{ roles: ['down_proj', 'up_proj'], recipe: INT8 }], {
      exclude: ['*down_proj*'],
    });
    expect(manifest.quantized.filter(({ role }) => role === 'down_proj')).toEqual([]);
    expect(manifest.kept.filter(({ reason }) => reason === 'excluded by "*down_proj*"').length).toBe(
      manifest.mix[0]!.weights,
    );
  });
});

describe('a mix is refused', () => {
  test.each([
    [
      'when an entry fits no weight, with the roles and layers there are',
      [{ roles: ['qkv_proj'], recipe: INT8 }],
      /^mix\[0\] \{"roles":\["qkv_proj"\]\} fits no weight of the model\.$/,
      /^The model has \d+ decoder layers and the roles .*q_proj.*lm_head/,
    ],
    [
      'when it names layers that are not there',
      [{ layers: '99', recipe: INT8 }],
      /^mix\[0\].*fits no weight/,
      /decoder layers/,
    ],
    [
      'when earlier entries leave nothing for one',
      [
        { layers: '0', recipe: INT8 },
        { layers: '0', roles: ['q_proj'], recipe: 'keep' },
      ],
      /^mix\[1\] .* has no effect: "exclude" or earlier entries take all 1 weights that fit it\.$/,
      /put it earlier/,
    ],
  ] as [string, MixEntry[], RegExp, RegExp][])('%s', async (_, mix, says, hint) => {
    const error = await failure(mixed(mix));
    expect(error).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(says),
      hint: expect.stringMatching(hint),
    });
  });

  test('when a part’s method cannot have it, with its place', async () => {
    const error = await failure(mixed([{ layers: '0', recipe: { ...INT8, bits: 5 } }]));
    expect(error).toMatchObject({
      code: 'invalid-spec',
      message: 'The recipe is impossible: mix[0].recipe.bits: rtn cannot have bits 5.',
    });
  });
});

test('the versions of all methods of a mix are part of the job’s identity', async () => {
  const recipe = {
    ...recipeOf({ method: 'rtn' }),
    mix: [{ layers: '0', recipe: weightRecipeOf({ method: 'nf4' }) }],
  };
  const { methods } = (await quantizeStage.keyParts!({ recipe } as never, {} as never)) as {
    methods: string[][];
  };
  expect(methods).toEqual(['rtn', 'nf4'].map((name) => [name, METHODS[name]!.facts.version]));
});

test.each([
  [['/model/layers.0/self_attn/q_proj/MatMul', 'onnx::MatMul_12'], 'q_proj'],
  [['/model/layers.3/attn/qkv_proj/MatMul'], 'qkv_proj'],
  [['/model/layers.3/mlp/gate_up_proj/MatMul'], 'gate_up_proj'],
  [['', 'model.layers.3.mlp.up_proj.MatMul.weight'], 'up_proj'],
  [['/lm_head/MatMul', 'model.embed_tokens.weight'], 'lm_head'],
  [['/model/embed_tokens/Gather'], 'embed_tokens'],
  [['/model/layers.0/fc1/MatMul'], undefined],
  [['/no_q_proj_here/MatMul'], undefined],
])('%j is %s', (names, role) => expect(roleOf(names)).toBe(role));
