import { QuantloopError } from '@quantloop/core';
import type { InferenceSession } from 'onnxruntime-node';
import { COLUMNS } from '../decode/emit-columns.ts';
import { SCORES } from '../score/score-selected.ts';
import { SELECTED_POSITIONS } from '../score/select-positions.ts';

/** `int8`: GroupQueryAttention scales and rounds keys and values itself. */
export type CacheType = 'float32' | 'float16' | 'int8';

const CACHE_TYPES: readonly string[] = ['float32', 'float16', 'int8'] satisfies CacheType[];

const isCacheType = (type: string): type is CacheType => CACHE_TYPES.includes(type);

/** What the decoder's inputs and outputs say about it. */
export interface DecoderShape {
  /** Decoder layers, each with a key and a value cache `[batch, kvHeads, past, headDim]`. */
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly cacheType: CacheType;
  readonly vocabularySize: number;
  readonly hasPositionIds: boolean;
  /** The graph has `num_logits_to_keep` (0 = all). */
  readonly hasLogitsToKeep: boolean;
  /** Logits are made at chosen positions only, as `selectPositions` arranges it. */
  readonly selects: boolean;
  /** Log-probabilities are put out of what is selected, as `scoreSelected` arranges it. */
  readonly scores: boolean;
  /** Keys and values are put out of new tokens only, as `emitColumns` arranges it. */
  readonly emitsColumns: boolean;
}

type Metadata = InferenceSession.ValueMetadata;

/**
 * Reads the shape from the session's metadata; names are those optimum and transformers.js use.
 *
 * @throws QuantloopError `model-corrupt` naming the input or output that is missing or of another kind.
 */
export function readDecoderShape(session: InferenceSession, what: string): DecoderShape {
  const inputs = new Map(session.inputMetadata.map((entry) => [entry.name, entry]));
  const outputs = new Map(session.outputMetadata.map((entry) => [entry.name, entry]));
  for (const name of ['input_ids', 'attention_mask']) tensorOf(inputs, name, what);

  const layers = session.inputNames.filter((name) => /^past_key_values\.\d+\.key$/.test(name)).length;
  const cache = tensorOf(inputs, 'past_key_values.0.key', what);
  const cacheType: string = cache.type;
  if (!isCacheType(cacheType)) {
    throw notADecoder(what, `its cache is of type ${cacheType}, expected ${CACHE_TYPES.join(', ')}`);
  }
  const emitsColumns = outputs.has(COLUMNS.keysValues);
  for (let i = 0; i < layers; i++) {
    for (const part of ['key', 'value']) {
      tensorOf(inputs, `past_key_values.${i}.${part}`, what);
      if (!emitsColumns) tensorOf(outputs, `present.${i}.${part}`, what);
    }
  }
  const logits = tensorOf(outputs, 'logits', what);
  return {
    layers,
    kvHeads: fixedDim(cache, 1, what),
    headDim: fixedDim(cache, 3, what),
    cacheType,
    vocabularySize: fixedDim(logits, 2, what),
    hasPositionIds: inputs.has('position_ids'),
    hasLogitsToKeep: inputs.has('num_logits_to_keep'),
    selects: inputs.has(SELECTED_POSITIONS),
    scores: inputs.has(SCORES.targets),
    emitsColumns,
  };
}

function tensorOf(entries: Map<string, Metadata>, name: string, what: string): Metadata & { isTensor: true } {
  const entry = entries.get(name);
  if (entry?.isTensor !== true) throw notADecoder(what, `it has no "${name}"`);
  return entry;
}

function fixedDim(entry: Metadata & { isTensor: true }, axis: number, what: string): number {
  const dim = entry.shape[axis];
  if (typeof dim !== 'number' || dim <= 0) {
    throw notADecoder(what, `dimension ${axis} of "${entry.name}" is "${String(dim)}", expected a number`);
  }
  return dim;
}

function notADecoder(what: string, why: string): QuantloopError {
  return new QuantloopError({
    code: 'model-corrupt',
    message: `${what} is not a decoder with a KV cache: ${why}`,
    hint: 'Import the checkpoint with quantloop, or export it with its past key values.',
  });
}
