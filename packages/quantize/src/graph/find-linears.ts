import {
  constantOperands,
  graphOf,
  isStandard,
  readAttributes,
  type ConstantOperand,
  type ModelProto,
  type NodeProto,
} from '@quantloop/onnx';
import { moduleName } from './module-name.ts';
import type { WeightUse } from './weight-use.ts';

/** A linear layer of the main graph: a product with a constant 2-D weight on its right. */
export interface Linear extends WeightUse {
  /** Value added to the product. */
  bias?: string;
}

/**
 * All linear layers in graph order: `MatMul`, `FusedMatMul` and `Gemm` without scaling whose right side is a 2-D
 * initializer, in either orientation, with or without bias; also where it goes through `Transpose`, `Identity` or a
 * `Cast` between floating point types.
 */
export function findLinears(model: ModelProto): Linear[] {
  const operand = constantOperands(model);
  return graphOf(model).node.flatMap((node) => {
    const weight = operand(node.input[1] ?? '');
    if (weight === undefined || whyNoLinear(node, 1, weight) !== undefined) return [];
    const { name, dims, type, via } = weight;
    // `Gemm` and `FusedMatMul`.
    const { transB = 0 } = readAttributes(node);
    const transposed = weight.transposed !== (transB === 1);
    const [rows, columns] = dims as [number, number];
    const [k, n] = transposed ? [columns, rows] : [rows, columns];
    const bias = node.opType === 'Gemm' ? (node.input[2] ?? '') : '';
    const module = moduleName(node.name, name);
    return [{ node, module, weight: name, type, k, n, transposed, via, ...(bias === '' ? {} : { bias }) }];
  });
}

/** Why a node that reads a constant as its input number `input` is no linear layer with it; undefined if it is one. */
export function whyNoLinear(
  node: NodeProto,
  input: number,
  { dims }: Pick<ConstantOperand, 'dims'>,
): string | undefined {
  if (!isProduct(node) || input > 1) return 'which is no linear layer';
  if (input === 0) return 'where a linear layer has its activations';
  if (dims.length !== 2) return `which has ${dims.length} dimensions and not 2`;
  const { alpha = 1, beta = 1, transA = 0, transBatchA = 0, transBatchB = 0 } = readAttributes(node);
  if (transA !== 0) return 'whose activations are transposed';
  if (transBatchA !== 0 || transBatchB !== 0) return 'which transposes batches';
  if (alpha !== 1) return `which scales its product by ${Number(alpha)}`;
  if (beta !== 1) return `which scales its bias by ${Number(beta)}`;
  return undefined;
}

function isProduct(node: NodeProto): boolean {
  if (node.opType === 'FusedMatMul') return node.domain === 'com.microsoft';
  return isStandard(node) && (node.opType === 'MatMul' || node.opType === 'Gemm');
}
