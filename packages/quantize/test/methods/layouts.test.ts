import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Recipe } from '@quantloop/core';
import { TensorReader, transpose } from '@quantloop/onnx';
import { layoutOf, quantizeFolder, type QuantizationManifest } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { EDGE_WEIGHTS, SHAPES } from '../support/edge-weights.ts';
import { linearsFolder, temporaryFolder } from '../support/model-folder.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';
import {
  referenceActivations,
  referenceFloat8,
  referenceFloat8Tokens,
  referenceHalf,
  referenceTokens,
  referenceInt8,
  referenceLevels,
  referenceNBits,
  type Reference,
} from '../support/reference.ts';
import { matMul, relativeDistance, runModel } from '../support/run-model.ts';

type Quantized = QuantizationManifest['quantized'][number];

interface Case {
  recipe: Recipe;
  reference(weight: Float32Array, tensor: Quantized): Reference;
  activations?(x: Float32Array, k: number): Float32Array;
}

const GROUPS = [16, 32, 64, 128, 256];

/** Layers with a weight of a million. */
const OUTLIERS = `layer${Object.keys(EDGE_WEIGHTS).indexOf('one huge outlier')}`;

const rtnCases: Case[] = [2, 3, 4, 8].flatMap((bits) =>
  (['signed', 'centered', 'asymmetric'] as const).flatMap((range) =>
    (['none', 'mse'] as const).flatMap((clip) =>
      (['tensor', 'channel', ...GROUPS.map((group) => ({ group }))] as const).map((granularity) => ({
        recipe: recipeOf({
          method: 'rtn',
          bits,
          symmetric: range !== 'asymmetric',
          granularity,
          options: { accuracyLevel: 0, clip, ...(range === 'asymmetric' ? {} : { symmetricRange: range }) },
        }),
        reference: (weight: Float32Array, { storage }: Quantized) => {
          if (storage.layout !== 'matmul-nbits') throw new Error(`rtn chose ${storage.layout}`);
          const { k, n, blockSize, scalePer } = storage;
          return referenceNBits(weight, { k, n, blockSize, bits, range, clip, scalePer });
        },
      })),
    ),
  ),
);

const hqqCases: Case[] = [2, 3, 4, 8].flatMap((bits) =>
  (['channel', ...GROUPS.map((group) => ({ group }))] as const).map((granularity) => ({
    recipe: recipeOf({ method: 'hqq', bits, granularity, options: { accuracyLevel: 0 } }),
    reference: (weight: Float32Array, { storage }: Quantized) => {
      if (storage.layout !== 'matmul-nbits') throw new Error(`hqq chose ${storage.layout}`);
      const { k, n, blockSize, scalePer } = storage;
      return referenceNBits(weight, { k, n, blockSize, bits, range: 'asymmetric', fit: 'hqq', scalePer });
    },
  })),
);

const levelCases: Case[] = (['nf4', 'fp4'] as const).flatMap((method) =>
  [false, true].flatMap((doubleQuant) =>
    GROUPS.map((group) => ({
      recipe: recipeOf({ method, granularity: { group }, options: { doubleQuant } }),
      reference: (weight: Float32Array, { storage: { k, n } }: Quantized) =>
        referenceLevels(weight, { k, n, blockSize: group, levels: method, doubleQuant }),
    })),
  ),
);

const int8Cases: Case[] = [true, false].flatMap((reduceRange) =>
  (['channel', 'tensor'] as const).flatMap((granularity) =>
    (['token', 'tensor'] as const).map((activations) => ({
      recipe: recipeOf({ method: 'dynamic-int8', granularity, options: { reduceRange, activations } }),
      reference: (weight: Float32Array, { storage: { k, n } }: Quantized) =>
        referenceInt8(weight, { k, n, bits: reduceRange ? 7 : 8, tensor: granularity === 'tensor' }),
      activations: activations === 'token' ? referenceTokens : referenceActivations,
    })),
  ),
);

const halfCases: Case[] = (['fp16', 'bf16'] as const).map((method) => ({
  // Halves end at 65504; the outlier does not.
  recipe: recipeOf({ method, exclude: method === 'fp16' ? [`${OUTLIERS}_*.weight`] : [] }),
  reference: (weight: Float32Array, { storage: { k, n } }: Quantized) =>
    referenceHalf(weight, { k, n, type: method === 'fp16' ? 'float16' : 'bfloat16' }),
}));

const float8Cases: Case[] = (['e4m3', 'e5m2'] as const).flatMap((format) =>
  (['none', 'token'] as const).flatMap((activations) =>
    ['channel' as const, 'tensor' as const, { group: 16 }, { group: 64 }, { group: 256 }].map(
      (granularity) => {
        const type = format === 'e4m3' ? 'float8e4m3fn' : 'float8e5m2';
        const group = typeof granularity === 'object' ? granularity.group : granularity;
        return {
          recipe: recipeOf({ method: 'fp8', granularity, options: { format, activations } }),
          reference: (weight: Float32Array, { storage: { k, n } }: Quantized) =>
            referenceFloat8(weight, { k, n, type, group }),
          ...(activations === 'token' && { activations: referenceFloat8Tokens(type) }),
        };
      },
    ),
  ),
);

const describeRecipe = ({ method, bits, granularity, symmetric, options }: Recipe): string => {
  const size =
    typeof granularity === 'object' ? `groups of ${granularity.group}` : `one scale per ${granularity}`;
  const reduced = options['reduceRange'] === true ? ', reduced range' : '';
  const rounded = 'activations' in options ? `, activations per ${options['activations']}` : '';
  const range = symmetric && method === 'rtn' ? ` (${options['symmetricRange']})` : '';
  const clipped = options['clip'] === 'mse' ? ', clipped' : '';
  const format = 'format' in options ? `, ${options['format']}` : '';
  const double = options['doubleQuant'] === true ? ', doubly quantized' : '';
  return `${method}, ${bits} bits, ${size}, ${symmetric ? 'symmetric' : 'asymmetric'}${range}${clipped}${reduced}${rounded}${double}${format}`;
};

const LAYERS = Object.entries(EDGE_WEIGHTS).flatMap(([kind, make], index) =>
  SHAPES.map(([k, n]) => ({ name: `layer${index}_${k}x${n}`, kind, k, n, weight: make(k, n) })),
);

/** Sums of two 8-bit products are exact only with these instructions; else ONNX Runtime's kernels saturate. */
const exactInt8 = process.arch !== 'x64' || /vnni/.test(readFileSync('/proc/cpuinfo', 'utf8'));

describe('a quantized model holds the bytes of the reference, and computes what they stand for', () => {
  for (const { recipe, reference, activations } of [
    ...rtnCases,
    ...hqqCases,
    ...levelCases,
    ...int8Cases,
    ...halfCases,
    ...float8Cases,
  ]) {
    test(describeRecipe(recipe), async () => {
      const source = await linearsFolder(LAYERS);
      const target = await temporaryFolder();
      const manifest = await quantizeFolder({ source, target, recipe });
      await using reader = await TensorReader.open(join(target, 'model.onnx'));
      const inputs: Record<string, { data: Float32Array; dims: number[] }> = {};
      const expected: Record<string, Float64Array> = {};

      for (const [index, { name, k, n, weight }] of LAYERS.entries()) {
        const tensor = manifest.quantized.find((entry) => entry.name === `${name}.weight`);
        const data = normals(4 * k, 100 + index);
        inputs[name] = { data, dims: [4, k] };
        if (tensor === undefined) {
          expect(name).toMatch(OUTLIERS);
          expected[name] = matMul(data, weight, k, n);
          continue;
        }
        const { parts, dequantized } = reference(weight, tensor);
        for (const [role, bytes] of Object.entries(parts)) {
          const stored = await reader.read(`${name}.weight.${role}`);
          const same = Buffer.from(stored).equals(
            Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
          );
          expect(same, `${name} ${role}`).toBe(true);
        }
        expect(tensor.parts).toHaveLength(Object.keys(parts).length);
        const layout = layoutOf(tensor.storage);
        const stored = layout.parts(tensor.storage).map(async (shape) => ({
          ...shape,
          data: await reader.read(`${name}.weight.${shape.role}`),
        }));
        const values = layout.values(tensor.storage, await Promise.all(stored));
        expect(values, name).toEqual(transpose(dequantized, k, n));
        expect(tensor.error.relative).toBeCloseTo(relativeDistance(dequantized, weight), 6);
        expect(tensor.error.largest).toBe(
          weight.reduce((max, w, i) => Math.max(max, Math.abs(w - dequantized[i]!)), 0),
        );
        expected[name] = matMul(activations?.(data, k) ?? data, dequantized, k, n);
      }

      if (activations !== undefined && recipe.options['reduceRange'] !== true && !exactInt8) return;
      const outputs = await runModel(target, inputs);
      for (const { name } of LAYERS) {
        expect(relativeDistance(outputs[`${name}.out`]!, expected[name]!), name).toBeLessThan(1e-5);
      }
    });
  }
});
