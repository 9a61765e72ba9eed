import type { ModelProto, NodeProto } from '../file/generated/onnx_pb.ts';
import { type OnnxType, onnxTypeOf } from '../types/onnx-type.ts';
import { readAttributes } from './attributes.ts';
import { graphOf } from './graph-of.ts';

/** A matrix product with a constant right side: what weight quantization works on. */
export interface MatMulNode {
  node: NodeProto;
  name: string;
  /** Name of the initializer. */
  weight: string;
  /** Width of the input. */
  k: number;
  /** Width of the output. */
  n: number;
  type: OnnxType;
  /** The initializer is stored as [n, k]: a head tied to the embedding. `readWeight` gives [k, n] in either case. */
  transposed: boolean;
}

/**
 * All matrix products of the main graph whose right side is a 2-D initializer, in graph order: `MatMul`, and
 * `com.microsoft.FusedMatMul` with `transB` and nothing else set.
 */
export function findMatMuls(model: ModelProto): MatMulNode[] {
  const graph = graphOf(model);
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  // An initializer that is also a graph input may be overridden at run time: it is no constant.
  for (const { name } of graph.input) initializers.delete(name);
  const found: MatMulNode[] = [];
  for (const node of graph.node) {
    const transposed = isTransposedMatMul(node);
    if (!transposed && !isMatMul(node)) continue;
    const weight = initializers.get(node.input[1] ?? '');
    const type = weight === undefined ? undefined : onnxTypeOf(weight.dataType);
    if (weight === undefined || type === undefined || weight.dims.length !== 2) continue;
    const [rows, columns] = weight.dims.map(Number) as [number, number];
    const [k, n] = transposed ? [columns, rows] : [rows, columns];
    found.push({ node, name: node.name, weight: weight.name, k, n, type, transposed });
  }
  return found;
}

function isMatMul(node: NodeProto): boolean {
  return node.opType === 'MatMul' && (node.domain === '' || node.domain === 'ai.onnx');
}

function isTransposedMatMul(node: NodeProto): boolean {
  if (node.opType !== 'FusedMatMul' || node.domain !== 'com.microsoft') return false;
  const { transB = 0, transA = 0, transBatchA = 0, transBatchB = 0, alpha = 1 } = readAttributes(node);
  return transB === 1 && transA === 0 && transBatchA === 0 && transBatchB === 0 && alpha === 1;
}

/** The layer a node or tensor belongs to by its name: `/model/layers.3/mlp/up_proj/MatMul` → 3. */
export function nodeLayer(name: string): number | undefined {
  const match = /(?:^|[./])layers?\.(\d+)(?=[./]|$)/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
