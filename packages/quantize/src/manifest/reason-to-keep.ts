import type { TensorInfo } from '@quantloop/onnx';
import { whyNoLinear } from '../graph/find-linears.ts';
import type { WeightReader } from '../graph/weight-readers.ts';

/** Why a weight that no recipe decided about is in the new model as it was: its first use that is no linear layer. */
export function reasonToKeep(info: TensorInfo, readers: readonly WeightReader[], packed: boolean): string {
  for (const { node, input, inside } of readers) {
    const place = `input ${input} of ${node.opType} "${node.name}"`;
    const why =
      inside === undefined
        ? whyNoLinear(node, input, info)
        : `inside a subgraph of ${inside.opType} "${inside.name}"`;
    if (why === undefined) continue;
    return packed ? `packed for its linear layers, and still ${place}` : `${place}, ${why}`;
  }
  return 'an output of the model, or also an input of it that may replace the weight';
}
