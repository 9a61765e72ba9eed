import { makeNode, ONNX_TYPES, type NodeProto, type OnnxType } from '@quantloop/onnx';

/** A node that converts to another type. */
export function castNode(options: { name: string; from: string; to: string; type: OnnxType }): NodeProto {
  const { name, from, to, type } = options;
  return makeNode({
    op: 'Cast',
    name,
    inputs: [from],
    outputs: [to],
    attributes: { to: ONNX_TYPES[type].code },
  });
}
