import { GraphBuilder } from '@quantloop/onnx';
import { TINY, type TinyWeights } from './tiny-decoder.ts';

/**
 * The tiny decoder with attention of elementary operators, as exporters without fused attention write it: keys are
 * concatenated at the end, the mask says which of them count, positions are an input.
 */
export function elementaryDecoder(weights: TinyWeights): Uint8Array {
  const { hidden, layers, heads, kvHeads, headDim, context, vocabulary } = TINY;
  const graph = new GraphBuilder({ name: 'elementary' });
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  const mask = graph.input('attention_mask', 'int64', ['batch', 'total']);
  const positions = graph.input('position_ids', 'int64', ['batch', 'sequence']);
  const ints = (...values: number[]) => graph.constant('int64', [values.length], values);
  const scalar = (value: number) => graph.constant('int64', [], [value]);
  const float = (value: number) => graph.constant('float32', [], [value]);
  const node = (op: string, inputs: string[], attributes?: Record<string, number | number[]>) =>
    graph.node(op, inputs, attributes === undefined ? {} : { attributes });

  const angles = Array.from({ length: (context * headDim) / 2 }, (_, i) => {
    return Math.floor(i / (headDim / 2)) / 10000 ** ((2 * (i % (headDim / 2))) / headDim);
  });
  const table = (name: string, wave: (x: number) => number) =>
    graph.initializer(name, 'float32', [context, headDim / 2], Float32Array.from(angles, wave));
  const [cos, sin] = [table('cos', Math.cos), table('sin', Math.sin)];
  const rotate = (value: string, count: number) =>
    graph.node('RotaryEmbedding', [value, positions, cos, sin], {
      domain: 'com.microsoft',
      attributes: { num_heads: count, rotary_embedding_dim: headDim, interleaved: 0 },
    });
  const split = (value: string, count: number) =>
    node('Transpose', [node('Reshape', [value, ints(0, 0, count, headDim)])], { perm: [0, 2, 1, 3] });

  // A query sees the columns up to its own of those that the mask has ones for.
  const size = (value: string, axis: number) =>
    node('Gather', [node('Shape', [value]), scalar(axis)], { axis: 0 });
  const [called, total] = [size(ids, 1), size(mask, 1)];
  const columns = node('Range', [scalar(0), total, scalar(1)]);
  const own = node('Range', [node('Sub', [total, called]), total, scalar(1)]);
  const earlier = node('LessOrEqual', [columns, node('Unsqueeze', [own, ints(1)])]);
  const counts = node('Cast', [node('Unsqueeze', [mask, ints(1, 2)])], { to: 9 });
  const bias = node('Where', [node('And', [earlier, counts]), float(0), float(-1e9)]);

  let x = node('Gather', [
    graph.initializer('embedding', 'float32', [vocabulary, hidden], weights.embedding.data),
    ids,
  ]);
  for (const [i, layer] of weights.layers.entries()) {
    const project = (part: 'q' | 'k' | 'v' | 'o', input: string) => {
      const { rows, columns: width, data } = layer[part];
      return node('MatMul', [input, graph.initializer(`${i}.${part}`, 'float32', [rows, width], data)]);
    };
    const extend = (part: 'key' | 'value', value: string) => {
      const past = graph.input(`past_key_values.${i}.${part}`, 'float32', [
        'batch',
        kvHeads,
        'past',
        headDim,
      ]);
      const present = `present.${i}.${part}`;
      graph.node('Concat', [past, value], { outputs: [present], attributes: { axis: 2 } });
      graph.output(present, 'float32', ['batch', kvHeads, 'total', headDim]);
      const repeated = Array.from({ length: heads }, (_, h) => Math.floor((h * kvHeads) / heads));
      return node('Gather', [present, ints(...repeated)], { axis: 1 });
    };
    const query = split(rotate(project('q', x), heads), heads);
    const key = extend('key', split(rotate(project('k', x), kvHeads), kvHeads));
    const value = extend('value', split(project('v', x), kvHeads));
    const products = node('MatMul', [query, node('Transpose', [key], { perm: [0, 1, 3, 2] })]);
    const scaled = node('Mul', [products, float(1 / Math.sqrt(headDim))]);
    const weighted = node('MatMul', [node('Softmax', [node('Add', [scaled, bias])], { axis: -1 }), value]);
    const merged = node('Reshape', [
      node('Transpose', [weighted], { perm: [0, 2, 1, 3] }),
      ints(0, 0, hidden),
    ]);
    x = node('Add', [x, project('o', merged)]);
  }
  if (weights.layers.length !== layers) throw new RangeError('weights of another number of layers');
  const head = graph.initializer('head', 'float32', [hidden, vocabulary], weights.head.data);
  graph.node('MatMul', [x, head], { outputs: ['logits'] });
  graph.output('logits', 'float32', ['batch', 'sequence', vocabulary]);
  return graph.bytes();
}
