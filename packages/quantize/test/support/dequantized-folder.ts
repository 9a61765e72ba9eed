import { join } from 'node:path';
import {
  asBytes,
  float32ToBfloat16,
  float32ToFloat16,
  graphOf,
  hoistConstants,
  makeTensor,
  readModel,
  TensorReader,
  transpose,
  writeModel,
  type OnnxType,
} from '@quantloop/onnx';
import {
  findLinears,
  findLookups,
  layoutOf,
  type QuantizationManifest,
  type WeightUse,
} from '@quantloop/quantize';
import { temporaryFolder } from './model-folder.ts';

/** The source model whose layers read what the packed weights stand for, in the type they were stored in. */
export async function dequantizedFolder(
  source: string,
  target: string,
  manifest: QuantizationManifest,
): Promise<string> {
  const file = join(source, 'model.onnx');
  const model = await readModel(file);
  hoistConstants(model);
  await using original = new TensorReader({ model, file });
  await using packed = await TensorReader.open(join(target, 'model.onnx'));
  const uses: WeightUse[] = [...findLookups(model), ...findLinears(model)];
  const { initializer } = graphOf(model);
  for (const [i, tensor] of initializer.entries()) {
    const { name, type, dims } = original.info(tensor);
    initializer[i] = makeTensor({ name, type, dims, data: await original.read(tensor) });
  }
  for (const { name: weight, nodes, storage, parts } of manifest.quantized) {
    const { type, dims } = original.info(weight);
    const layout = layoutOf(storage);
    const read = layout
      .parts(storage)
      .map(async (shape, part) => ({ ...shape, data: await packed.read(parts[part]!) }));
    const values = layout.values(storage, await Promise.all(read));
    const readers = uses.filter((use) => use.weight === weight && nodes.includes(use.node.name));
    const stored = readers[0]!.transposed ? values : transpose(values, storage.n, storage.k);
    const name = `${weight}.dequantized`;
    initializer.push(makeTensor({ name, type, dims, data: inType(type, stored) }));
    for (const { via, node } of readers) {
      const { input } = via[0] ?? node;
      input[input.indexOf(weight)] = name;
    }
  }
  const folder = await temporaryFolder();
  await writeModel({ model, file: join(folder, 'model.onnx') });
  return folder;
}

function inType(type: OnnxType, values: Float32Array): Uint8Array {
  if (type === 'float16') return asBytes(float32ToFloat16(values));
  return asBytes(type === 'bfloat16' ? float32ToBfloat16(values) : values);
}
