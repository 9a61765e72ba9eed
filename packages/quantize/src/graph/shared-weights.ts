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
 * The weights of linear layers and embeddings; what shares one is quantized together. Embeddings first, with the head
 * where it is tied to one; then in the order of the layers.
 *
 * @param options.tied whether an embedding is packed together with the head that reads it; else only the head is
 */
export function sharedWeights(model: ModelProto, options: { tied: boolean }): SharedWeight[] {
  const layers = new Map<string, SharedWeight>();
  const key = ({ transposed, type, weight }: WeightUse) => `${transposed} ${type} ${weight}`;
  for (const linear of findLinears(model)) {
    const shared = layers.get(key(linear));
    if (shared === undefined) layers.set(key(linear), { use: linear, linears: [linear], lookups: [] });
    else shared.linears.push(linear);
  }
  const tables = new Map<string, SharedWeight>();
  for (const lookup of findLookups(model)) {
    const place = key(lookup);
    const shared = layers.get(place);
    if (shared !== undefined && !options.tied) continue;
    const table = tables.get(place) ?? shared ?? { use: lookup, linears: [], lookups: [] };
    table.lookups.push(lookup);
    tables.set(place, table);
    layers.delete(place);
  }
  return [...tables.values(), ...layers.values()];
}
