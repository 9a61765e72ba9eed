import { tensorSlots } from '../graph/tensor-slots.ts';
import { onnxTypeOf } from '../types/onnx-type.ts';
import { externalEntry } from './external-location.ts';
import { readModel } from './read-model.ts';
import { TensorReader } from './tensor-reader.ts';
import type { ModelProto } from './generated/onnx_pb.ts';

/**
 * Reads a model and checks every tensor of it, subgraphs and attributes included: type, shape, size, and that external
 * data is in the folder and long enough. Also returns the locations of external data, relative to the model's folder.
 *
 * @throws QuantloopError `model-corrupt`, naming file and tensor
 */
export async function verifyModel(file: string): Promise<{ model: ModelProto; externalFiles: string[] }> {
  const model = await readModel(file);
  await using reader = new TensorReader({ model, file });
  const locations = new Set<string>();
  for (const slot of tensorSlots(model)) {
    const tensor = slot.get();
    if (onnxTypeOf(tensor.dataType) === 'string') continue;
    await reader.check(tensor);
    const entry = externalEntry(tensor, file);
    if (entry !== undefined) locations.add(entry.location);
  }
  return { model, externalFiles: [...locations].sort() };
}
