import { readAttributes, type NodeProto } from '@quantloop/onnx';
import type { Linear } from '../graph/find-linears.ts';
import { valueHeads } from './value-heads.ts';
import type { ValueGraph } from './value-graph.ts';

/** A constant that is divided in place of the value. */
export interface FoldTarget {
  /** Reads the constant as its input number `input`. */
  node: NodeProto;
  input: number;
  initializer: string;
  shared: boolean;
  /** The axis of the initializer, seen as a matrix, along which its channels lie; a vector is one row. */
  along: 'rows' | 'columns';
  /** For each channel of the value the channel of the constant that makes it. */
  channels: Int32Array;
}

/**
 * Constants whose division divides a value, channel by channel of its last axis: the weight and bias of the norm that
 * makes it, a factor in a product, the output channels of a linear layer behind a path that keeps channels apart.
 * Undefined where there is no such way: then the value has to be multiplied.
 *
 * Exact but for rounding, as long as the divisors are positive and equal where channels come from the same place.
 */
export function findFold(graph: ValueGraph, value: string, width: number): FoldTarget[] | undefined {
  const targets = divide(graph, { value, width, channels: Int32Array.from({ length: width }, (_, i) => i) });
  return targets !== undefined && agree(targets) ? targets : undefined;
}

interface Divided {
  value: string;
  width: number;
  /** For each channel at the start the channel of this value that it comes from. */
  channels: Int32Array;
}

/** Standard or contributed norms: which input scales the channels, which shifts them. */
const NORMS: Record<string, { scale: number; shift?: number }> = {
  LayerNormalization: { scale: 1, shift: 2 },
  RMSNormalization: { scale: 1 },
  SimplifiedLayerNormalization: { scale: 1 },
  // The last input of both is added before the norm.
  SkipLayerNormalization: { scale: 2, shift: 3 },
  SkipSimplifiedLayerNormalization: { scale: 2 },
};

/** f(x / s) = f(x) / s for positive s. */
const HOMOGENEOUS = new Set(['Cast', 'Identity', 'LeakyRelu', 'Relu']);

function divide(graph: ValueGraph, divided: Divided): FoldTarget[] | undefined {
  const { value, width, channels } = divided;
  const node = graph.producer(value);
  if (node === undefined || node.output[0] !== value) return undefined;

  const vector = (input: number): FoldTarget[] | undefined => {
    const found = graph.vector(node.input[input] ?? '', width);
    return found && [{ ...found, node, input, along: 'columns', channels }];
  };
  /** The value behind an input, which must have no other use. */
  const behind = (input: number, as: Partial<Divided> = {}): FoldTarget[] | undefined => {
    const name = node.input[input] ?? '';
    return graph.readers(name)?.length === 1 ? divide(graph, { ...divided, value: name, ...as }) : undefined;
  };
  const all = (...parts: (FoldTarget[] | undefined)[]): FoldTarget[] | undefined =>
    parts.every((part) => part !== undefined) ? parts.flat() : undefined;

  const linear = graph.linear(node);
  if (linear !== undefined) {
    if (linear.n !== width || !graph.ownsWeight(linear)) return undefined;
    const bias = linear.bias === undefined ? [] : vector(node.input.indexOf(linear.bias, 2));
    return all([outputChannels(linear, channels)], bias);
  }
  const norm = NORMS[node.opType];
  if (norm !== undefined) {
    const { axis = -1 } = readAttributes(node);
    if (axis !== -1) return undefined;
    const shifts = norm.shift !== undefined && (node.input[norm.shift] ?? '') !== '';
    return all(vector(norm.scale), shifts ? vector(norm.shift!) : []);
  }
  if (HOMOGENEOUS.has(node.opType)) return behind(0);
  if (node.opType === 'Mul') return vector(1) ?? vector(0) ?? behind(1) ?? behind(0);
  if (node.opType === 'Div') return graph.constant(node.input[0]!) === undefined ? behind(0) : vector(0);
  if (node.opType === 'Add') return all(vector(0) ?? behind(0), vector(1) ?? behind(1));
  const heads = valueHeads(node, width);
  if (heads === undefined) return undefined;
  const from = heads.channels;
  const values = behind(heads.input, { width: heads.width, channels: channels.map((c) => from[c]!) });
  if (heads.bias === undefined) return values;
  const { input, offset, length } = heads.bias;
  const shift = graph.vector(node.input[input]!, length);
  return all(
    values,
    shift && [{ ...shift, node, input, along: 'columns', channels: channels.map((c) => offset + from[c]!) }],
  );
}

function outputChannels({ node, via, weight, transposed }: Linear, channels: Int32Array): FoldTarget {
  const reader = via[0] ?? node;
  const input = reader.input.indexOf(weight);
  return {
    node: reader,
    input,
    initializer: weight,
    shared: false,
    along: transposed ? 'rows' : 'columns',
    channels,
  };
}

/** Whether a divisor that suits one target suits all: whatever ties channels together does it alike. */
function agree(targets: readonly FoldTarget[]): boolean {
  const tying = targets
    .map(({ channels }) => tiesOf(channels))
    .filter((ties) => ties.some((tie, i) => tie !== i));
  return tying.every((ties) => ties.every((tie, i) => tie === tying[0]![i]));
}

/** For each channel the first one that comes from the same place. */
function tiesOf(channels: Int32Array): Int32Array {
  const first = new Map<number, number>();
  return channels.map((channel, i) => {
    if (!first.has(channel)) first.set(channel, i);
    return first.get(channel)!;
  });
}

/**
 * Which channels must have the same divisor for a fold to be exact: for each the first of its kind. Heads that share a
 * value head (grouped-query attention) do.
 */
export function tiesOfFold(targets: readonly FoldTarget[], width: number): Int32Array {
  const free = Int32Array.from({ length: width }, (_, i) => i);
  return (
    targets.map(({ channels }) => tiesOf(channels)).find((ties) => ties.some((tie, i) => tie !== i)) ?? free
  );
}
