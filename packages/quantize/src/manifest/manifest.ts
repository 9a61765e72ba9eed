import { Calibration, Recipe, Role, WeightRecipe } from '@quantloop/core';
import { z } from 'zod';
import { Storage } from '../pack/storage.ts';
import { Cost } from './cost.ts';

const WeightError = z.strictObject({
  /** ‖W − Q‖ / ‖W‖ in the Frobenius norm; 0 for a weight of zeros. */
  relative: z.number(),
  /** max |W − Q|. */
  largest: z.number(),
});

const QuantizedTensor = z.strictObject({
  /** Name of the initializer it replaces. */
  name: z.string(),
  /** The layers that read it, an embedding's lookup among them. */
  nodes: z.array(z.string()),
  /** Shape of the initializer it replaces. */
  shape: z.array(z.int()),
  type: z.string(),
  /** What it does in a decoder, and in which layer, as far as names tell. */
  role: Role.nullable(),
  layer: z.int().nullable(),
  /** What was done to it, and which entry of the mix said so; null: none did. */
  recipe: WeightRecipe,
  mixEntry: z.int().nullable(),
  storage: Storage,
  /** Initializers it became. */
  parts: z.array(z.string()),
  bytesBefore: z.int(),
  bytesAfter: z.int(),
  error: WeightError,
});

const KeptTensor = z.strictObject({
  name: z.string(),
  shape: z.array(z.int()),
  type: z.string(),
  bytes: z.int(),
  /** Why it was left alone. */
  reason: z.string(),
});

const UsedCalibration = z.strictObject({
  sequences: z.int().positive(),
  /** Of all sequences together. */
  tokens: z.int().positive(),
  /** What was asked for; there may have been less. */
  asked: Calibration.optional(),
  /** Where less was used than was asked for. */
  notes: z.array(z.string()),
});

const QuantizedCache = z.strictObject({
  type: z.literal('int8'),
  /** What shares a scale: one channel of one head. */
  granularity: z.literal('channel'),
  layers: z.int().positive(),
  /** Of all layers. */
  bytesPerTokenBefore: z.int(),
  bytesPerTokenAfter: z.int(),
  /** Not counted among the weights. */
  scaleBytes: z.int(),
});

const RescaledInput = z.strictObject({
  /** The value of the source that was divided, channel by channel. */
  value: z.string(),
  /** The layers whose weights were multiplied. */
  nodes: z.array(z.string()),
  /** The source's constants that were divided in its place; none: a `Mul` was put in front of the layers. */
  foldedInto: z.array(z.string()),
  /** Smallest and largest divisor. */
  low: z.number(),
  high: z.number(),
});

/** `quantization.json` of a quantized model: what was done to which weight, and the error it made. */
export const QuantizationManifest = z.strictObject({
  schemaVersion: z.literal(2),
  recipe: Recipe,
  /** The methods behind the quantized weights. */
  methods: z.array(z.strictObject({ name: z.string(), version: z.string(), source: z.string() })),
  /** What a calibrated method ran the model on. */
  calibration: UsedCalibration.optional(),
  /** Patterns of the recipe's `exclude`, and how many weights each one kept. */
  exclude: z.array(z.strictObject({ pattern: z.string(), weights: z.int() })),
  /** How many weights each entry of the recipe's `mix` was the first to fit. */
  mix: z.array(z.strictObject({ weights: z.int() })),
  quantized: z.array(QuantizedTensor),
  kept: z.array(KeptTensor),
  /** The cache of keys and values, where it is not that of the source. */
  kvCache: QuantizedCache.optional(),
  /** Inputs of layers that were rescaled before rounding; the errors are those of the rescaled weights. */
  rescaled: z.array(RescaledInput).optional(),
  /** What a user of the model has to know about it. */
  notes: z.array(z.string()),
  totals: z.strictObject({
    /** Weights of the model; position tables are not counted. */
    weights: z.int(),
    quantizedWeights: z.int(),
    /** Bytes of all weights, scales and zero points included. */
    bytesBefore: z.int(),
    bytesAfter: z.int(),
    /** Bits per quantized weight, scales, zero points and padding included. */
    bitsPerQuantizedWeight: z.number(),
    /** The same over all weights of the model. */
    bitsPerWeight: z.number(),
    /** Over all quantized weights together. */
    error: WeightError,
  }),
  /** Only in the artifact of the job: the file in the model's folder is the same whenever it is made. */
  cost: Cost.optional(),
});
export type RescaledInput = z.infer<typeof RescaledInput>;
export type QuantizationManifest = z.infer<typeof QuantizationManifest>;
