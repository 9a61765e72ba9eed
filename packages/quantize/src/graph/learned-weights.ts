import {
  FLOAT_TYPES,
  nestedInitializers,
  onnxTypeOf,
  type ModelProto,
  type TensorInfo,
  type TensorReader,
} from '@quantloop/onnx';
import { isTable, type WeightReader } from './weight-readers.ts';

/** All numeric initializers, those of subgraphs too. */
export function numericInitializers(model: ModelProto, reader: TensorReader): TensorInfo[] {
  const numeric = [...nestedInitializers(model)].filter(({ item }) => onnxTypeOf(item.dataType) !== 'string');
  return numeric.map(({ item }) => reader.info(item));
}

/** What counts as a weight: floating point initializers. Shape constants and position tables are none. */
export function learnedWeights(
  initializers: readonly TensorInfo[],
  readers: ReadonlyMap<string, readonly WeightReader[]>,
): TensorInfo[] {
  return initializers.filter(
    (info) => FLOAT_TYPES.some((type) => type === info.type) && !isTable(readers.get(info.name) ?? []),
  );
}
