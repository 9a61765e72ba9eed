import type { ModelProto } from '@quantloop/onnx';
import { findLinears, type Linear } from './find-linears.ts';
import { findLookups } from './find-lookups.ts';
import type { WeightUse } from './weight-use.ts';

/** A weight, and what reads it in one orientation and type: linear layers, lookups of an embedding, or both. */
export interface SharedWeight {
  /** One of its uses. */
  use: WeightUse;
  linears: Linear[];
  lookups: WeightUse[];
}

/**
 * The weights of linear layers and embeddings; what shares one is quantized together. In the order of the layers,
 * embeddings that no layer shares before them all.
 */
export function sharedWeights(model: ModelProto): SharedWeight[] {
  const layers = new Map<string, SharedWeight>();
  const key = ({ transposed, type, weight }: WeightUse) => `${transposed} ${type} ${weight}`;
  for (const linear of findLinears(model)) {
    const shared = layers.get(key(linear));
    if (shared === undefined) layers.set(key(linear), { use: linear, linears: [linear], lookups: [] });
    else shared.linears.push(linear);
  }
  const tables = new Map<string, SharedWeight>();
  for (const lookup of findLookups(model)) {
    const shared = layers.get(key(lookup)) ?? tables.get(key(lookup));
    if (shared === undefined) tables.set(key(lookup), { use: lookup, linears: [], lookups: [lookup] });
    else shared.lookups.push(lookup);
  }
  return [...tables.values(), ...layers.values()];
}
