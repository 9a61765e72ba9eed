import type { ModelProto, TensorProto } from './generated/onnx_pb.ts';
import { tensorSlots } from '../graph/tensor-slots.ts';
import { EXTERNAL } from './external-location.ts';
import type { ExternalDataWriter } from './external-data-writer.ts';
import type { TensorReader } from './tensor-reader.ts';

/**
 * Copies every tensor that `writer` does not hold yet from the model `reader` has open, so that the edited model needs
 * only the new data file. Tensors in attributes stay inside the model when they were there.
 */
export async function moveInitializers(options: {
  model: ModelProto;
  reader: TensorReader;
  writer: ExternalDataWriter;
}): Promise<void> {
  const { model, reader, writer } = options;
  for (const slot of tensorSlots(model)) {
    const tensor = slot.get();
    if (writer.owns(tensor)) continue;
    if (slot.initializer ? isNumeric(tensor) : tensor.dataLocation === EXTERNAL)
      slot.set(await writer.copy(reader, tensor));
  }
}

function isNumeric(tensor: TensorProto): boolean {
  return tensor.stringData.length === 0;
}
