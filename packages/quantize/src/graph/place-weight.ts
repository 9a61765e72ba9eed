import {
  addInitializer,
  uniqueName,
  type ExternalDataWriter,
  type ModelProto,
  type TensorProto,
} from '@quantloop/onnx';
import { layoutOf } from '../pack/layout.ts';
import type { PackedPieces } from '../pack/packed-weight.ts';
import type { PlannedWeight } from '../plan-weights.ts';
import { rewriteLinear } from './rewrite-linear.ts';
import { rewriteLookup } from './rewrite-lookup.ts';
import type { SharedInputs } from './shared-inputs.ts';

/** Stores a packed weight and lets all that read it read that. Returns the names of its parts. */
export async function placeWeight(options: {
  model: ModelProto;
  writer: ExternalDataWriter;
  shared: SharedInputs;
  weight: Pick<PlannedWeight, 'use' | 'linears' | 'lookups' | 'plan'>;
  pieces: PackedPieces;
}): Promise<string[]> {
  const { model, writer, shared, weight, pieces } = options;
  const { use, linears, lookups } = weight;
  const { storage } = weight.plan;
  const asRows = lookups.length === 0 ? undefined : layoutOf(storage).lookup!.dims(storage);
  const stored: TensorProto[] = [];
  for (const [i, { role, type, ...whole }] of layoutOf(storage).parts(storage).entries()) {
    const name = uniqueName(model, `${use.weight}.${role}`);
    // What is only looked up is stored in the shape for that.
    const dims = linears.length === 0 ? asRows![i]! : whole.dims;
    const data = pieces.map(({ parts }) => parts[i]!.data);
    const tensor = await writer.append({ name, type, dims, data });
    addInitializer(model, tensor);
    stored.push(tensor);
  }
  const names = stored.map(({ name }) => name);
  for (const linear of linears) rewriteLinear({ model, linear, storage, initializers: names, shared });
  if (asRows === undefined) return names;

  const rows = stored.map((tensor, i) => {
    if (String(tensor.dims) === String(asRows[i])) return tensor.name;
    const name = uniqueName(model, `${tensor.name}.rows`);
    addInitializer(model, writer.alias(tensor, { name, dims: asRows[i]! }));
    return name;
  });
  for (const lookup of lookups) rewriteLookup({ model, lookup, storage, initializers: rows });
  return names;
}
