import {
  findInitializer,
  graphOf,
  type ModelProto,
  type NodeProto,
  ONNX_TYPES,
  readAttributes,
  valueInfo,
  type ValueInfoProto,
} from '@quantloop/onnx';
import { GraphEdit } from './graph-edit.ts';

/** Inputs that {@link allowBranches} gives a decoder. */
export const BRANCHING = {
  /** int64 [batch, sequence]: how many tokens each one stands behind. */
  positions: 'position_ids',
  /** float32 [batch or 1, 1, sequence, cache + sequence], added to the attention scores. */
  bias: 'attention_bias',
} as const;

const CONTRIB = 'com.microsoft';

/**
 * Lets several continuations of one text stand in one row of a batch, none of which sees another: each token brings its
 * own position, and a bias says whom it may look at beside what is causal anyway.
 *
 * @returns how many tokens a row may have, where the model allows it: all its attention is ONNX Runtime's
 * GroupQueryAttention in float32, over the whole context, and positions enter by rotation alone. Otherwise undefined,
 * and nothing is changed.
 */
export function allowBranches(model: ModelProto): number | undefined {
  const graph = graphOf(model);
  const attention = graph.node.filter(({ opType }) => opType === 'GroupQueryAttention');
  const rotations = graph.node.filter(({ opType }) => opType === 'RotaryEmbedding');
  const caches = graph.input.filter(({ name }) => /^past_key_values\.\d+\.key$/.test(name));
  const own = graph.input.some(({ name }) => name === BRANCHING.positions);
  const fused = rotations.length === 0;
  const limit = Math.min(...(fused ? attention : rotations).map((node) => rowsOfCosines(model, node)));
  const suits =
    attention.length === caches.length &&
    caches.every(isFloat32) &&
    attention.every((node) => isPlain(node, fused)) &&
    rotations.every(
      ({ domain, input }) => domain === CONTRIB && (!own || input[1] === BRANCHING.positions),
    ) &&
    Number.isFinite(limit);
  if (!suits) return undefined;

  for (const node of attention) {
    if (fused) rotateApart(model, node);
    while (node.input.length < BIAS_INPUT) node.input.push('');
    node.input[BIAS_INPUT] = BRANCHING.bias;
  }
  for (const node of rotations) node.input[1] = BRANCHING.positions;
  if (!own) graph.input.push(valueInfo(BRANCHING.positions, 'int64', ['batch_size', 'sequence_length']));
  graph.input.push(valueInfo(BRANCHING.bias, 'float32', ['', 1, 'sequence_length', 'total_sequence_length']));
  return limit;
}

/** Places of GroupQueryAttention's inputs. */
const COSINES_INPUT = 7;
const POSITIONS_INPUT = 9;
const BIAS_INPUT = 10;

/**
 * Gives the rotation of queries and keys nodes of its own, as the operator itself rotates by the place in the row, even
 * where it is given positions (ONNX Runtime 1.30 on the CPU).
 */
function rotateApart(model: ModelProto, node: NodeProto): void {
  const { num_heads, kv_num_heads, rotary_interleaved = 0 } = readAttributes(node);
  const [cosines, sines] = node.input.slice(COSINES_INPUT);
  const edit = new GraphEdit(model, `rotated/${node.output[0]}`);
  const rotated = [num_heads, kv_num_heads].map((heads, i) =>
    edit.value(
      'RotaryEmbedding',
      [node.input[i]!, BRANCHING.positions, cosines!, sines!],
      {
        num_heads: heads as number,
        rotary_embedding_dim: 2 * Number(findInitializer(model, cosines!)!.dims[1]),
        interleaved: rotary_interleaved as number,
      },
      CONTRIB,
    ),
  );
  edit.insertBefore([node]);
  node.input.splice(0, 2, ...rotated);
  node.input.splice(COSINES_INPUT, 2, '', '');
  const flag = node.attribute.find(({ name }) => name === 'do_rotary')!;
  flag.i = 0n;
}

/** Rows of its table of cosines, one a position: no operator rotates a row that is longer. NaN where there is none. */
function rowsOfCosines(model: ModelProto, { opType, input }: NodeProto): number {
  const cosines = input[opType === 'RotaryEmbedding' ? 2 : COSINES_INPUT] ?? '';
  return Number(findInitializer(model, cosines)?.dims[0]);
}

/** Separate queries and keys, rotated by the operator or before it; no window, no bias, no scales of an int8 cache. */
function isPlain(node: NodeProto, fused: boolean): boolean {
  const { do_rotary = 0, local_window_size = -1 } = readAttributes(node);
  const optional = node.input.slice(POSITIONS_INPUT).some((name) => name !== '');
  return !optional && node.input[1] !== '' && local_window_size === -1 && do_rotary === (fused ? 1 : 0);
}

function isFloat32({ type }: ValueInfoProto): boolean {
  return type?.value.case === 'tensorType' && type.value.value.elemType === ONNX_TYPES.float32.code;
}
