import { bfloat16ToFloat32, float16ToFloat32, makeNode, ONNX_TYPES } from '@quantloop/onnx';
import { castNode } from '../graph/cast-node.ts';
import type { Layout } from './layout.ts';
import { NodeChain } from './node-chain.ts';
import { productOfRows } from './product-of-rows.ts';
import type { HalfStorage } from './storage.ts';

/**
 * The weight in a 16-bit floating point type, `values` [N, K], cast to float32 for the product: ONNX Runtime multiplies
 * neither type on CPUs. Half the bytes on disk; in memory the weight is float32.
 */
export const matMulHalf: Layout<HalfStorage> = {
  parts: ({ k, n, type }) => [{ role: 'values', type, dims: [n, k] }],

  activations: () => 'float32',

  byChannel: () => true,

  nodes(_storage, names) {
    const chain = new NodeChain(names.output);
    const rows = chain.add('rows', 'Cast', names.initializers, { to: ONNX_TYPES.float32.code });
    return productOfRows(chain, rows, names);
  },

  lookup: {
    dims: ({ k, n }) => [[n, k]],
    nodes(_storage, { name, indices, initializers, output }) {
      const rows = `${output}.rows`;
      return [
        makeNode({ op: 'Gather', name, inputs: [initializers[0]!, indices], outputs: [rows] }),
        castNode({ name: `${name}/cast`, from: rows, to: output, type: 'float32' }),
      ];
    },
  },

  values({ type }, parts) {
    const bits = new Uint16Array(parts[0]!.data.buffer);
    return type === 'float16' ? float16ToFloat32(bits) : bfloat16ToFloat32(bits);
  },
};
