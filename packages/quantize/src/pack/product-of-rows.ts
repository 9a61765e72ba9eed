import { makeNode, type NodeProto } from '@quantloop/onnx';
import type { NodeNames } from './layout.ts';
import type { NodeChain } from './node-chain.ts';

/**
 * Nodes of a product with a weight that a chain computes as `rows`, float32 [n, k]. All before the product is constant:
 * ONNX Runtime computes it once, when it loads the model, and then runs a MatMul as fast as that of a float32 model.
 * Its DequantizeLinear it would run for every token (7 ms for 2048 × 2048 weights, where the product takes 0.2).
 */
export function productOfRows(chain: NodeChain, rows: string, names: NodeNames): NodeProto[] {
  const { name, activations, output } = names;
  const weight = chain.add('columns', 'Transpose', [rows], { perm: [1, 0] });
  return [...chain.nodes, makeNode({ op: 'MatMul', name, inputs: [activations, weight], outputs: [output] })];
}
