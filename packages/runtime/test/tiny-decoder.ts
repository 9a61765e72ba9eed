import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphBuilder } from '@quantloop/onnx';
import { onTestFinished } from 'vitest';

/** A decoder of two attention layers with random weights: the smallest thing with the inputs and outputs of a real one. */
export const TINY = {
  vocabulary: 23,
  hidden: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  context: 64,
} as const;

type Matrix = { rows: number; columns: number; data: Float32Array };

export interface TinyWeights {
  embedding: Matrix;
  layers: { q: Matrix; k: Matrix; v: Matrix; o: Matrix }[];
  head: Matrix;
}

export function tinyWeights(seed = 1): TinyWeights {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const matrix = (rows: number, columns: number): Matrix => ({
    rows,
    columns,
    data: Float32Array.from({ length: rows * columns }, () => 0.7 * random()),
  });
  const { vocabulary, hidden, layers, kvHeads, headDim } = TINY;
  return {
    embedding: matrix(vocabulary, hidden),
    layers: Array.from({ length: layers }, () => ({
      q: matrix(hidden, hidden),
      k: matrix(hidden, kvHeads * headDim),
      v: matrix(hidden, kvHeads * headDim),
      o: matrix(hidden, hidden),
    })),
    head: matrix(hidden, vocabulary),
  };
}

export function tinyDecoder(
  weights: TinyWeights,
  /** `scale`: of an int8 cache. `context`: positions it can rotate by. */
  options: {
    positionIds?: boolean;
    half?: boolean;
    scale?: number;
    context?: number;
    smoothSoftmax?: boolean;
  } = {},
): Uint8Array {
  const { hidden, layers, heads, kvHeads, headDim, vocabulary } = TINY;
  const { context = TINY.context } = options;
  const type = options.half === true ? 'float16' : 'float32';
  const cacheType = options.scale === undefined ? type : 'int8';
  const graph = new GraphBuilder({ name: 'tiny' });
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  const mask = graph.input('attention_mask', 'int64', ['batch', 'total']);
  if (options.positionIds === true) graph.input('position_ids', 'int64', ['batch', 'sequence']);
  // Half models compute attention and keep their cache in float16.
  const cast = (value: string) =>
    options.half === true ? graph.node('Cast', [value], { attributes: { to: 10 } }) : value;
  const matrix = (name: string, m: Matrix) => graph.initializer(name, 'float32', [m.rows, m.columns], m.data);

  const one = graph.constant('int64', [1], [1]);
  const sum = graph.node('ReduceSum', [mask, one], { attributes: { keepdims: 0 } });
  const seqlens = graph.node('Cast', [graph.node('Sub', [sum, one])], { attributes: { to: 6 } });
  const width = graph.node('Gather', [graph.node('Shape', [mask]), graph.constant('int64', [], [1])]);
  const total = graph.node('Cast', [width], { attributes: { to: 6 } });
  const angles = Array.from({ length: (context * headDim) / 2 }, (_, i) => {
    const position = Math.floor(i / (headDim / 2));
    return position / 10000 ** ((2 * (i % (headDim / 2))) / headDim);
  });
  const rotary = (name: string, f: (x: number) => number) =>
    graph.initializer(name, 'float32', [context, headDim / 2], Float32Array.from(angles, f));
  const cos = rotary('cos', Math.cos);
  const sin = rotary('sin', Math.sin);

  const scale =
    options.scale === undefined ? undefined : graph.initializer('scale', 'float32', [1], [options.scale]);
  let x = graph.node('Gather', [matrix('embedding', weights.embedding), ids]);
  for (let i = 0; i < layers; i++) {
    const layer = weights.layers[i]!;
    const past = (part: string) =>
      graph.input(`past_key_values.${i}.${part}`, cacheType, ['batch', kvHeads, 'past', headDim]);
    const project = (part: 'q' | 'k' | 'v') =>
      cast(graph.node('MatMul', [x, matrix(`${i}.${part}`, layer[part])]));
    const attention = graph.node(
      'GroupQueryAttention',
      [
        project('q'),
        project('k'),
        project('v'),
        past('key'),
        past('value'),
        seqlens,
        total,
        cast(cos),
        cast(sin),
        ...(options.scale === undefined ? [] : ['', '', '', scale!, scale!]),
      ],
      {
        domain: 'com.microsoft',
        outputs: [`attention.${i}`, `present.${i}.key`, `present.${i}.value`],
        attributes: {
          num_heads: heads,
          kv_num_heads: kvHeads,
          do_rotary: 1,
          ...(options.smoothSoftmax === true && { smooth_softmax: 1 }),
          ...(options.scale !== undefined && {
            k_quant_type: 'PER_TENSOR',
            v_quant_type: 'PER_TENSOR',
            kv_cache_bit_width: 8,
          }),
        },
      },
    );
    for (const part of ['key', 'value']) {
      graph.output(`present.${i}.${part}`, cacheType, ['batch', kvHeads, 'total', headDim]);
    }
    const mixed =
      options.half === true ? graph.node('Cast', [attention], { attributes: { to: 1 } }) : attention;
    x = graph.node('Add', [x, graph.node('MatMul', [mixed, matrix(`${i}.o`, layer.o)])]);
  }
  if (options.half === true) {
    const logits = graph.node('MatMul', [x, matrix('head', weights.head)]);
    graph.node('Cast', [logits], { outputs: ['logits'], attributes: { to: 10 } });
  } else {
    graph.node('MatMul', [x, matrix('head', weights.head)], { outputs: ['logits'] });
  }
  graph.output('logits', type, ['batch', 'sequence', vocabulary]);
  if (hidden !== heads * headDim) throw new RangeError('heads do not fill the hidden size');
  return graph.bytes();
}

/** A folder with the decoder as `model.onnx`, removed after the test. */
export async function tinyFolder(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-runtime-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'model.onnx'), bytes);
  return folder;
}

/** The decoder in plain double precision: logits of every position of one sequence. */
export function tinyReference(weights: TinyWeights, tokens: readonly number[]): Float64Array[] {
  const { heads, kvHeads, headDim, hidden } = TINY;
  let x = tokens.map((token) =>
    Float64Array.from(weights.embedding.data.subarray(token * hidden, (token + 1) * hidden)),
  );
  for (const layer of weights.layers) {
    const q = x.map((row, t) => rotate(multiply(row, layer.q), t));
    const k = x.map((row, t) => rotate(multiply(row, layer.k), t));
    const v = x.map((row) => multiply(row, layer.v));
    x = x.map((row, t) => {
      const mixed = new Float64Array(hidden);
      for (let h = 0; h < heads; h++) {
        const g = Math.floor(h / (heads / kvHeads));
        const scores = Array.from({ length: t + 1 }, (_, s) => {
          let dot = 0;
          for (let d = 0; d < headDim; d++) dot += q[t]![h * headDim + d]! * k[s]![g * headDim + d]!;
          return Math.exp(dot / Math.sqrt(headDim));
        });
        const norm = scores.reduce((sum, score) => sum + score, 0);
        scores.forEach((score, s) => {
          for (let d = 0; d < headDim; d++)
            mixed[h * headDim + d]! += (score / norm) * v[s]![g * headDim + d]!;
        });
      }
      return multiply(mixed, layer.o).map((value, i) => value + row[i]!);
    });
  }
  return x.map((row) => multiply(row, weights.head));
}

function multiply(row: Float64Array, m: Matrix): Float64Array {
  return Float64Array.from({ length: m.columns }, (_, c) => {
    let sum = 0;
    for (let r = 0; r < m.rows; r++) sum += row[r]! * m.data[r * m.columns + c]!;
    return sum;
  });
}

function rotate(row: Float64Array, position: number): Float64Array {
  const { headDim } = TINY;
  const out = Float64Array.from(row);
  for (let start = 0; start < row.length; start += headDim) {
    for (let i = 0; i < headDim / 2; i++) {
      const angle = position / 10000 ** ((2 * i) / headDim);
      const [a, b] = [row[start + i]!, row[start + i + headDim / 2]!];
      out[start + i] = a * Math.cos(angle) - b * Math.sin(angle);
      out[start + i + headDim / 2] = b * Math.cos(angle) + a * Math.sin(angle);
    }
  }
  return out;
}
