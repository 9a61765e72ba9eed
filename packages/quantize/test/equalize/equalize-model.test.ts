import { demoModelFolder, importModel } from '@quantloop/models';
import { float, float16ToFloat32, float32ToFloat16, GraphBuilder } from '@quantloop/onnx';
import { forwardLogits, openSession } from '@quantloop/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalizedFolder, randomScale } from '../support/equalized-folder.ts';
import { exportFolder } from '../support/export-folder.ts';
import { bert } from '../support/exports/bert.ts';
import { genaiLlama } from '../support/exports/genai-llama.ts';
import { optimumLlama } from '../support/exports/optimum-llama.ts';
import { tinyWeights } from '../support/exports/tiny-weights.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { normals } from '../support/random.ts';
import { relativeDistance, runModel } from '../support/run-model.ts';

const CONTRIB = 'com.microsoft';

/** A graph under construction around one value [1, tokens, k]. */
class Piece {
  readonly graph = new GraphBuilder({ opset: 23, irVersion: 11 });
  readonly k: number;
  readonly tokens: number;
  #seed: number;

  constructor(k: number, tokens: number, seed: number) {
    this.k = k;
    this.tokens = tokens;
    this.#seed = seed;
  }

  random(dims: number[], scale = 1, offset = 0): string {
    const count = dims.reduce((product, dim) => product * dim, 1);
    return this.graph.constant(
      'float32',
      dims,
      normals(count, (this.#seed += 2)).map((value) => scale * value + offset),
    );
  }

  vector(k = this.k): string {
    return this.random([k], 0.3, 1);
  }

  matMul(x: string, k: number, n: number): string {
    return this.graph.node('MatMul', [x, this.random([k, n], 1 / Math.sqrt(k))]);
  }

  contrib(op: string, inputs: string[], attributes = {}, outputs = ['']): string {
    const named = outputs.map((output, i) => output || `${op}.${i}.${(this.#seed += 2)}`);
    this.graph.node(op, inputs, { domain: CONTRIB, attributes, outputs: named });
    return named[0]!;
  }
}

const HEADS = 4;
const SHARED = 2;
const lengths = (p: Piece) => [
  p.graph.constant('int32', [1], [p.tokens - 1]),
  p.graph.constant('int32', [], [p.tokens]),
];
const cacheOutputs = ['', 'present.key', 'present.value'];
const grouped = { num_heads: HEADS, kv_num_heads: SHARED };
const epsilon = float(1e-5);

interface Way {
  name: string;
  build: (p: Piece, x: string) => string;
  /** How many constants are divided; none: the value is multiplied. */
  folds: number;
  /** Channels with a scale of their own, as a share of all. */
  free?: number;
}

const WAYS: Way[] = [
  {
    name: 'SimplifiedLayerNormalization',
    build: (p, x) =>
      p.graph.node('SimplifiedLayerNormalization', [x, p.vector()], { attributes: { epsilon } }),
    folds: 1,
  },
  {
    name: 'RMSNormalization',
    build: (p, x) => p.graph.node('RMSNormalization', [x, p.vector()], { attributes: { epsilon } }),
    folds: 1,
  },
  {
    name: 'LayerNormalization',
    build: (p, x) => p.graph.node('LayerNormalization', [x, p.vector(), p.vector()]),
    folds: 2,
  },
  {
    name: 'LayerNormalization without bias',
    build: (p, x) => p.graph.node('LayerNormalization', [x, p.vector()]),
    folds: 1,
  },
  {
    name: 'SkipLayerNormalization',
    build: (p, x) =>
      p.contrib('SkipLayerNormalization', [x, x, p.vector(), p.vector(), p.vector()], { epsilon }),
    folds: 2,
  },
  {
    name: 'SkipSimplifiedLayerNormalization',
    build: (p, x) =>
      p.contrib('SkipSimplifiedLayerNormalization', [x, x, p.vector(), p.vector()], { epsilon }),
    folds: 1,
  },
  {
    name: 'a norm in pieces',
    build: (p, x) => {
      const square = p.graph.node('ReduceMean', [
        p.graph.node('Mul', [x, x]),
        p.graph.constant('int64', [1], [-1]),
      ]);
      const root = p.graph.node('Sqrt', [
        p.graph.node('Add', [square, p.graph.constant('float32', [], [1e-5])]),
      ]);
      return p.graph.node('Mul', [p.vector(), p.graph.node('Div', [x, root])]);
    },
    folds: 1,
  },
  {
    name: 'a factor and a shift',
    build: (p, x) => p.graph.node('Add', [p.graph.node('Mul', [x, p.vector()]), p.vector()]),
    folds: 2,
  },
  {
    name: 'a quotient',
    build: (p, x) => p.graph.node('Div', [p.vector(), p.graph.node('Exp', [x])]),
    folds: 1,
  },
  { name: 'a linear layer', build: (p, x) => p.matMul(x, p.k, p.k), folds: 1 },
  {
    name: 'a linear layer with bias',
    build: (p, x) => p.graph.node('Add', [p.vector(), p.matMul(x, p.k, p.k)]),
    folds: 2,
  },
  {
    name: 'Gemm on a transposed weight, with bias',
    build: (p, x) => {
      const rows = p.graph.node('Reshape', [x, p.graph.constant('int64', [2], [-1, p.k])]);
      return p.graph.node('Gemm', [rows, p.random([p.k, p.k], 0.2), p.vector()], {
        attributes: { transB: 1 },
      });
    },
    folds: 2,
  },
  {
    name: 'a gated layer',
    build: (p, x) => {
      const gate = p.matMul(x, p.k, p.k);
      const active = p.graph.node('Mul', [gate, p.graph.node('Sigmoid', [gate])]);
      return p.graph.node('Mul', [active, p.matMul(x, p.k, p.k)]);
    },
    folds: 1,
  },
  {
    name: 'an activation that scales along',
    build: (p, x) => p.graph.node('Relu', [p.graph.node('Add', [p.matMul(x, p.k, p.k), p.vector()])]),
    folds: 2,
  },
  {
    name: 'grouped-query attention',
    build: (p, x) => {
      const [q, k, v] = [p.k, p.k / 2, p.k / 2].map((n) => p.matMul(x, p.k, n));
      return p.contrib('GroupQueryAttention', [q!, k!, v!, '', '', ...lengths(p)], grouped, cacheOutputs);
    },
    folds: 1,
    free: SHARED / HEADS,
  },
  {
    name: 'grouped-query attention, packed, with bias',
    build: (p, x) => {
      const qkv = p.graph.node('Add', [p.matMul(x, p.k, 2 * p.k), p.vector(2 * p.k)]);
      return p.contrib('GroupQueryAttention', [qkv, '', '', '', '', ...lengths(p)], grouped, cacheOutputs);
    },
    folds: 2,
    free: SHARED / HEADS,
  },
  {
    name: 'multi-head attention with bias',
    build: (p, x) => {
      const [q, k, v] = [0, 1, 2].map(() => p.matMul(x, p.k, p.k));
      return p.contrib('MultiHeadAttention', [q!, k!, v!, p.random([3 * p.k])], { num_heads: HEADS });
    },
    folds: 2,
  },
  {
    name: 'standard attention',
    build: (p, x) => {
      const [q, k, v] = [p.k, p.k / 2, p.k / 2].map((n) => p.matMul(x, p.k, n));
      return p.graph.node('Attention', [q!, k!, v!], {
        attributes: { q_num_heads: HEADS, kv_num_heads: SHARED },
      });
    },
    folds: 1,
    free: SHARED / HEADS,
  },
  {
    name: 'a norm whose weight another norm shares',
    build: (p, x) => {
      const weight = p.vector();
      const norm = (input: string) =>
        p.graph.node('RMSNormalization', [input, weight], { attributes: { epsilon } });
      return norm(p.graph.node('Tanh', [norm(x)]));
    },
    folds: 1,
  },
  {
    name: 'a norm that a residual reads as well',
    build: (p, x) => {
      const normed = p.graph.node('RMSNormalization', [x, p.vector()], { attributes: { epsilon } });
      p.graph.node('Identity', [normed], { outputs: [p.graph.output('residual', 'float32', [1, 't', p.k])] });
      return normed;
    },
    folds: 0,
  },
  {
    name: 'an output of the model',
    build: (p, x) =>
      p.graph.node('RMSNormalization', [x, p.vector()], {
        attributes: { epsilon },
        outputs: [p.graph.output('normed', 'float32', [1, 't', p.k])],
      }),
    folds: 0,
  },
  {
    name: 'an activation that does not',
    build: (p, x) => p.graph.node('Tanh', [p.matMul(x, p.k, p.k)]),
    folds: 0,
  },
  {
    name: 'a sum with a residual',
    build: (p, x) => p.graph.node('Add', [p.matMul(x, p.k, p.k), x]),
    folds: 0,
  },
  { name: 'an input of the model', build: (_, x) => x, folds: 0 },
];

const OUT = 24;

/** The value that `way` builds, read by two layers. */
async function pieceFolder(way: Way, p: Piece): Promise<string> {
  const x = p.graph.input('x', 'float32', [1, 't', p.k]);
  const value = way.build(p, x);
  for (const name of ['a', 'b']) {
    p.graph.node('MatMul', [value, p.random([p.k, OUT], 1 / Math.sqrt(p.k))], {
      name: `/${name}/MatMul`,
      outputs: [p.graph.output(name, 'float32', ['t', OUT])],
    });
  }
  return exportFolder(p.graph.model());
}

describe('a rescaled model computes what it did before', () => {
  test.each(WAYS)('behind $name', async (way) => {
    const sizes = { heads: fc.integer({ min: 1, max: 3 }), tokens: fc.integer({ min: 1, max: 5 }) };
    await fc.assert(
      fc.asyncProperty(fc.record({ ...sizes, seed: fc.nat(1e6) }), async ({ heads, tokens, seed }) => {
        const k = 32 * heads;
        const source = await pieceFolder(way, new Piece(k, tokens, seed));
        const { folder, stations } = await equalizedFolder(source, (station, i) =>
          randomScale(station, seed + i),
        );
        const station = stations.at(-1)!;
        expect(station.linears.map(({ node }) => node.name)).toEqual(['/a/MatMul', '/b/MatMul']);
        expect(station.fold?.length ?? 0).toBe(way.folds);
        expect(new Set(station.ties).size).toBe(k * (way.free ?? 1));
        const inputs = { x: { data: normals(tokens * k, seed + 1), dims: [1, tokens, k] } };
        const [before, after] = [await runModel(source, inputs), await runModel(folder, inputs)];
        for (const name of Object.keys(before)) {
          expect(relativeDistance(after[name]!, before[name]!)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 8 },
    );
  });

  const open = (folder: string) =>
    openSession({ folder, engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1 } });
  async function logitsOf(folder: string): Promise<Float32Array> {
    await using session = await open(folder);
    const rows = [[3, 17, 5, 29, 11, 2, 38, 0, 21]];
    const { logits } = await forwardLogits({ session, rows });
    if (logits.type === 'float32') return logits.data as Float32Array;
    const half = logits.data as unknown as Uint16Array;
    return float16ToFloat32(new Uint16Array(half.buffer, half.byteOffset, half.length));
  }
  const untied = tinyWeights({ tied: false });
  const tied = tinyWeights({ tied: true });

  test('the demo model, every division folded', async () => {
    const source = await temporaryFolder();
    await importModel({ source: demoModelFolder(), folder: source });
    const { folder, stations } = await equalizedFolder(source);
    expect(stations.map(({ linears }) => linears.length)).toEqual([...Array(5).fill([3, 1, 2, 1]).flat(), 1]);
    expect(stations.every(({ fold }) => fold !== undefined)).toBe(true);
    expect(relativeDistance(await logitsOf(folder), await logitsOf(source))).toBeLessThan(1e-5);
  });

  test.each([
    // Attention is in pieces: o_proj has its input multiplied.
    {
      name: 'Optimum',
      model: () => optimumLlama({ weights: untied, opset: 18, form: 'folded' }),
      multiplied: 2,
      within: 1e-5,
    },
    {
      name: 'Optimum, weights behind Transpose',
      model: () => optimumLlama({ weights: untied, opset: 18, form: 'transpose' }),
      multiplied: 2,
      within: 1e-5,
    },
    {
      name: 'Optimum, tied head',
      model: () => optimumLlama({ weights: tied, opset: 18, form: 'folded' }),
      multiplied: 2,
      within: 1e-5,
    },
    {
      name: 'Optimum, float16 weights behind Cast',
      model: () => optimumLlama({ weights: untied, opset: 18, form: 'folded', stored: 'float16' }),
      multiplied: 2,
      within: 4e-3,
    },
    {
      name: 'onnxruntime-genai, fused',
      model: () => genaiLlama({ weights: untied, type: 'float32' }),
      multiplied: 0,
      within: 1e-5,
    },
    {
      name: 'onnxruntime-genai, float16',
      model: () => genaiLlama({ weights: untied, type: 'float16' }),
      multiplied: 0,
      within: 2e-2,
    },
  ])('$name', async ({ model, multiplied, within }) => {
    const source = await exportFolder(model(), ['model.onnx_data']);
    const { folder, stations } = await equalizedFolder(source, (station, i) => randomScale(station, i, 0.5));
    expect(stations.filter(({ fold }) => fold === undefined)).toHaveLength(multiplied);
    expect(relativeDistance(await logitsOf(folder), await logitsOf(source))).toBeLessThan(within);
  });

  test('an encoder', async () => {
    const source = await exportFolder(bert());
    const { folder } = await equalizedFolder(source);
    const ids = (...data: bigint[]) => ({ data: BigInt64Array.from(data), dims: [1, 3] });
    const inputs = {
      input_ids: ids(2n, 7n, 19n),
      attention_mask: ids(1n, 1n, 1n),
      token_type_ids: ids(0n, 0n, 1n),
    };
    const [before, after] = [await runModel(source, inputs), await runModel(folder, inputs)];
    for (const name of ['last_hidden_state', 'pooler_output']) {
      expect(relativeDistance(after[name]!, before[name]!)).toBeLessThan(1e-5);
    }
  });
});

test('a layer whose weight is read elsewhere stays as it is', async () => {
  const p = new Piece(32, 2, 5);
  const x = p.graph.input('x', 'float32', [1, 't', 32]);
  const normed = p.graph.node('RMSNormalization', [x, p.vector()], { attributes: { epsilon } });
  const weight = p.random([32, 32]);
  const half = float32ToFloat16(normals(32 * 32, 9));
  p.graph.node('MatMul', [normed, weight], { outputs: [p.graph.output('a', 'float32', ['t', 32])] });
  p.graph.node('MatMul', [x, weight], { outputs: [p.graph.output('b', 'float32', ['t', 32])] });
  const own = p.graph.node('Cast', [p.graph.constant('float16', [32, 32], half)], { attributes: { to: 1 } });
  p.graph.node('MatMul', [normed, own], {
    name: '/own/MatMul',
    outputs: [p.graph.output('c', 'float32', ['t', 32])],
  });
  const { stations } = await equalizedFolder(await exportFolder(p.graph.model()));
  expect(stations.map(({ linears, fold }) => [linears.map(({ node }) => node.name), fold])).toEqual([
    [['/own/MatMul'], undefined],
  ]);
});
