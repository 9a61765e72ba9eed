import { QuantloopError } from '@quantloop/core';
import { graphOf, type ModelProto, onnxTypeOf, type ValueInfoProto } from '@quantloop/onnx';
import { type Tensor, tensorFromBytes } from '@quantloop/runtime';

/** What a model is fed while it is calibrated. */
export interface CalibrationFeeds {
  readonly batches: number;
  /** The tensor of an input of the model. */
  feed(input: string, batch: number): Tensor;
}

/** Tokens in a batch, where sequences of one length allow it: enough for matrix products to reach their speed. */
const BATCH_TOKENS = 2048;

/**
 * Token sequences as the inputs of a decoder with an empty cache, or of an encoder: ids, a mask of ones, positions.
 * Sequences of the same length share a batch of at most `batchTokens`, in the order of their first; none is padded.
 */
export function tokenFeeds(
  model: ModelProto,
  sequences: readonly ArrayLike<number>[],
  batchTokens = BATCH_TOKENS,
): CalibrationFeeds {
  const graph = graphOf(model);
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const inputs = new Map(
    graph.input.filter(({ name }) => !constants.has(name)).map((value) => [value.name, value]),
  );
  const batches = batchEqualLengths(sequences, batchTokens);
  return {
    batches: batches.length,
    feed: (input, batch) => feedOf(input, inputs.get(input), batches[batch]!),
  };
}

function batchEqualLengths(
  sequences: readonly ArrayLike<number>[],
  batchTokens: number,
): ArrayLike<number>[][] {
  const open = new Map<number, ArrayLike<number>[]>();
  const batches: ArrayLike<number>[][] = [];
  for (const sequence of sequences) {
    const { length } = sequence;
    let batch = open.get(length);
    if (batch === undefined || (batch.length + 1) * length > batchTokens) {
      batches.push((batch = []));
      open.set(length, batch);
    }
    batch.push(sequence);
  }
  return batches;
}

function feedOf(name: string, value: ValueInfoProto | undefined, rows: readonly ArrayLike<number>[]): Tensor {
  const width = rows[0]!.length;
  const integers = (at: (row: number, position: number) => number) => {
    const data = BigInt64Array.from({ length: rows.length * width }, (_, i) =>
      BigInt(at(Math.floor(i / width), i % width)),
    );
    return tensorFromBytes('int64', new Uint8Array(data.buffer), [rows.length, width]);
  };
  if (name === 'input_ids') return integers((row, position) => rows[row]![position]!);
  if (name === 'attention_mask') return integers(() => 1);
  if (name === 'position_ids') return integers((_, position) => position);
  if (name === 'token_type_ids') return integers(() => 0);
  // 0: logits of all positions.
  if (name === 'num_logits_to_keep') return tensorFromBytes('int64', new Uint8Array(8), []);
  if (name.startsWith('past_key_values.')) return emptyCache(name, value, rows.length);
  throw new QuantloopError({
    code: 'unsupported',
    message: `The model cannot be calibrated on text: nothing is known of its input "${name}".`,
    hint: 'Known are input_ids, attention_mask, position_ids, token_type_ids, num_logits_to_keep and past_key_values.*.',
  });
}

/** A cache without tokens: `[batch, heads, 0, width]`. */
function emptyCache(name: string, value: ValueInfoProto | undefined, batch: number): Tensor {
  const { value: kind } = value?.type ?? {};
  const tensor = kind?.case === 'tensorType' ? kind.value : undefined;
  const type = onnxTypeOf(tensor?.elemType ?? 0);
  const dims = (tensor?.shape?.dim ?? []).map(({ value: dim }) =>
    dim.case === 'dimValue' ? Number(dim.value) : undefined,
  );
  const [, heads, , width] = dims;
  if (type === undefined || heads === undefined || width === undefined) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `The model cannot be calibrated: its input "${name}" does not say how many heads it has, and how wide.`,
      hint: 'Expected is [batch, heads, past, width] with numbers for heads and width.',
    });
  }
  return tensorFromBytes(type as Tensor.Type, new Uint8Array(0), [batch, heads, 0, width]);
}
