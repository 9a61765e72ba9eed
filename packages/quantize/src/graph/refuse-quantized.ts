import { QuantloopError } from '@quantloop/core';
import { nestedNodes, type ModelProto } from '@quantloop/onnx';

const QUANTIZED = new Set([
  'MatMulNBits',
  'MatMulBnb4',
  'DynamicQuantizeMatMul',
  'DynamicQuantizeLinear',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'QLinearMatMul',
  'QMoE',
  'GatherBlockQuantized',
  'DequantizeLinear',
]);

/** Throws `unsupported` for a model that is quantized already: rounding twice adds both errors. */
export function refuseQuantized(model: ModelProto): void {
  for (const { item: node } of nestedNodes(model)) {
    if (!QUANTIZED.has(node.opType)) continue;
    throw new QuantloopError({
      code: 'unsupported',
      message: `The model is quantized already: node "${node.name}" is ${node.opType}.`,
      hint: 'Start from the unquantized checkpoint.',
    });
  }
}
