import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { graphOf, nestedInitializers, onnxTypeOf, readModel, tensorByteLength } from '@quantloop/onnx';

/** What a model needs in memory by its graph alone, in bytes. */
export interface GraphMemory {
  /** All weights as they are stored: packed where they are quantized. */
  weights: number;
  /** Keys and values of one token of one sequence, over all layers. */
  cachePerToken: number;
}

/** Reads it from a model folder, without loading a weight; undefined where there is no ONNX model in it. */
export async function graphMemory(folder: string): Promise<GraphMemory | undefined> {
  const file = join(folder, 'model.onnx');
  if (!existsSync(file)) return undefined;
  const model = await readModel(file);
  let weights = 0;
  for (const { item } of nestedInitializers(model)) {
    weights += byteLength(item.dataType ?? 0, item.dims.map(Number));
  }
  const cachePerToken = graphOf(model).input.reduce((sum, { name, type }) => {
    if (name === undefined || !/^past_key_values\./.test(name) || type?.value.case !== 'tensorType')
      return sum;
    const { elemType, shape } = type.value.value;
    // [batch, heads, past, width]: of one row and one column.
    const fixed = (shape?.dim ?? []).map(({ value }) =>
      value.case === 'dimValue' ? Number(value.value) : 1,
    );
    return sum + byteLength(elemType ?? 0, fixed);
  }, 0);
  return { weights, cachePerToken };
}

function byteLength(code: number, dims: readonly number[]): number {
  const type = onnxTypeOf(code);
  return type === undefined || type === 'string' ? 0 : tensorByteLength(type, dims);
}
