import { QuantloopError } from '@quantloop/core';
import { graphOf, type ModelProto } from '@quantloop/onnx';

const QUANTIZED = new Set([
  'MatMulNBits',
  'MatMulBnb4',
  'DynamicQuantizeMatMul',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'QLinearMatMul',
  'GatherBlockQuantized',
  'DequantizeLinear',
]);

/** Throws `unsupported` for a model that is quantized already: rounding twice adds both errors. */
export function refuseQuantized(model: ModelProto): void {
  const node = graphOf(model).node.find(({ opType }) => QUANTIZED.has(opType));
  if (node === undefined) return;
  throw new QuantloopError({
    code: 'unsupported',
    message: `The model is quantized already: node "${node.name}" is ${node.opType}.`,
    hint: 'Start from the unquantized checkpoint.',
  });
}
