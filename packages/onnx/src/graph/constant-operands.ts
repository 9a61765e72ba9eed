import type { ModelProto, NodeProto } from '../file/generated/onnx_pb.ts';
import { type OnnxType, onnxTypeOf } from '../types/onnx-type.ts';
import { FLOAT_TYPES } from '../types/to-float32.ts';
import { readAttributes } from './attributes.ts';
import { graphOf } from './graph-of.ts';
import { isStandard } from './is-standard.ts';

/** A value that is an initializer, or one seen through nodes that copy it, change its type or swap its two axes. */
export interface ConstantOperand {
  /** Name of the initializer. */
  name: string;
  /** Of the initializer, as stored. */
  dims: readonly number[];
  /** The value has the two axes of the initializer swapped. */
  transposed: boolean;
  /** Of the value; the initializer may be stored in another. */
  type: OnnxType;
  /** The nodes between initializer and value, first to last. */
  via: readonly NodeProto[];
}

/**
 * Tells for a value of the main graph which constant it is: an initializer behind any number of `Identity`, `Cast`
 * between floating point types, and `Transpose` of two axes. Undefined for all else, and for an initializer that is
 * also an input of the model, which may replace it.
 */
export function constantOperands(model: ModelProto): (value: string) => ConstantOperand | undefined {
  const graph = graphOf(model);
  const found = new Map<string, ConstantOperand>();
  const inputs = new Set(graph.input.map(({ name }) => name));
  for (const { name, dims, dataType } of graph.initializer) {
    const type = onnxTypeOf(dataType);
    if (type === undefined || inputs.has(name)) continue;
    found.set(name, { name, dims: dims.map(Number), transposed: false, type, via: [] });
  }
  for (const node of graph.node) {
    const source = found.get(node.input[0] ?? '');
    if (source === undefined || !isStandard(node)) continue;
    const seen = seenThrough(node, source);
    if (seen !== undefined) found.set(node.output[0]!, { ...source, ...seen, via: [...source.via, node] });
  }
  return (value) => found.get(value);
}

function seenThrough(node: NodeProto, source: ConstantOperand): Partial<ConstantOperand> | undefined {
  switch (node.opType) {
    case 'Identity':
      return {};
    case 'Cast': {
      const { to } = readAttributes(node);
      const type = typeof to === 'number' ? onnxTypeOf(to) : undefined;
      return isFloat(source.type) && isFloat(type) ? { type } : undefined;
    }
    case 'Transpose': {
      const { perm = [1, 0] } = readAttributes(node);
      const swaps = Array.isArray(perm) && perm.length === 2 && perm[0] === 1 && perm[1] === 0;
      return source.dims.length === 2 && swaps ? { transposed: !source.transposed } : undefined;
    }
    default:
      return undefined;
  }
}

function isFloat(type: OnnxType | undefined): type is OnnxType {
  return FLOAT_TYPES.some((float) => float === type);
}
