import { Provenance, Role, WeightRecipe } from '@quantloop/core';
import { z } from 'zod';

/** KL(unquantized ‖ model with this weight alone quantized) in nats: mean over tokens, and its 95 % interval. */
const Divergence = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

const Result = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('measured'),
    /** Of the packed weight, scales and zero points included. */
    bytes: z.int(),
    /** ‖W − Q‖ / ‖W‖. */
    weightError: z.number(),
    divergence: Divergence,
  }),
  z.strictObject({ kind: z.literal('refused'), reason: z.string() }),
]);

/** What a recipe does to each weight, and what each weight does to the model. */
export const ScannedWeight = z.strictObject({
  /** Name of the initializer. */
  name: z.string(),
  /** Layers that read it. */
  nodes: z.array(z.string()),
  role: Role.nullable(),
  /** Index of its decoder layer. */
  layer: z.int().nullable(),
  /** Inputs and outputs of its layers. */
  k: z.int(),
  n: z.int(),
  /** As stored in the source. */
  bytes: z.int(),
  /** The source's copy is still needed when it is packed: something else reads it too, such as a tied embedding. */
  stays: z.boolean(),
  /** One for each of the scan's recipes, in their order. */
  results: z.array(Result),
});
export type ScannedWeight = z.infer<typeof ScannedWeight>;

/** JSON artifact of a scan: how much the model's output changes with each weight at each of some precisions. */
export const SensitivityScan = z.strictObject({
  schemaVersion: z.literal(1),
  recipes: z.array(z.strictObject({ label: z.string(), recipe: WeightRecipe })).min(1),
  /** Globs of weight or node names that were not scanned. */
  exclude: z.array(z.string()),
  weights: z.array(ScannedWeight),
  /** Weights of linear layers that none of the recipes can quantize, with the reason. */
  left: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  /** Bytes of all weights of the source; position tables are not counted. */
  bytes: z.int(),
  /** What the divergences are means over: windows of one length, which the intervals take for independent. */
  windows: z.int(),
  tokens: z.int(),
  provenance: Provenance,
});
export type SensitivityScan = z.infer<typeof SensitivityScan>;
