import { readAttributes, type NodeProto } from '@quantloop/onnx';

/** Where an attention operator's output channels come from. */
export interface ValueHeads {
  /** The input that holds the values, on its own or packed behind queries and keys. */
  input: number;
  width: number;
  /** For each output channel the channel of that input. */
  channels: Int32Array;
  /** A bias that the operator adds to queries, keys and values. */
  bias?: { input: number; offset: number; length: number };
}

/**
 * Attention mixes tokens and leaves the channels of the values apart: output head h is a mixture of value head
 * ⌊h · valueHeads / heads⌋. Undefined for other operators, and for values that are not [batch, tokens, channels].
 * What goes into the cache is divided along with the values.
 */
export function valueHeads(node: NodeProto, width: number): ValueHeads | undefined {
  const attributes = readAttributes(node);
  const number = (name: string): number | undefined => {
    const value = attributes[name];
    return typeof value === 'number' ? value : undefined;
  };
  const has = (input: number) => (node.input[input] ?? '') !== '';

  if (node.opType === 'GroupQueryAttention' && node.domain === 'com.microsoft') {
    const heads = number('num_heads')!;
    const shared = number('kv_num_heads')!;
    // A cache of integers has scales of its own.
    if (has(12) || has(13)) return undefined;
    if (has(2)) return { input: 2, ...headsOf({ width, heads, shared, offset: 0 }) };
    const packed = (width / heads) * (heads + shared);
    return has(1) ? undefined : { input: 0, ...headsOf({ width, heads, shared, offset: packed }) };
  }
  if (node.opType === 'MultiHeadAttention' && node.domain === 'com.microsoft') {
    const heads = number('num_heads')!;
    if (!has(2)) return undefined;
    const bias = has(3) ? { bias: { input: 3, offset: 2 * width, length: 3 * width } } : {};
    return { input: 2, ...headsOf({ width, heads, shared: heads, offset: 0 }), ...bias };
  }
  if (node.opType === 'Attention' && node.domain !== 'com.microsoft') {
    const heads = number('q_num_heads');
    const shared = number('kv_num_heads');
    if (heads === undefined || shared === undefined) return undefined;
    return { input: 2, ...headsOf({ width, heads, shared, offset: 0 }) };
  }
  return undefined;
}

function headsOf(options: { width: number; heads: number; shared: number; offset: number }) {
  const { width, heads, shared, offset } = options;
  const size = width / heads;
  const channels = Int32Array.from({ length: width }, (_, c) => {
    const head = Math.floor((Math.floor(c / size) * shared) / heads);
    return offset + head * size + (c % size);
  });
  return { width: offset + shared * size, channels };
}
