import { tensorSlots } from '../graph/tensor-slots.ts';
import type { ModelProto } from './generated/onnx_pb.ts';

/** Names of the files that hold a model's external data, relative to its folder, in the order they come up. */
export function dataFiles(model: ModelProto): string[] {
  const names = new Set<string>();
  for (const slot of tensorSlots(model)) {
    for (const { key, value } of slot.get().externalData) if (key === 'location') names.add(value);
  }
  return [...names];
}
