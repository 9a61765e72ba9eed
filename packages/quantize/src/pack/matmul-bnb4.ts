import { makeNode } from '@quantloop/onnx';
import type { Layout } from './layout.ts';
import type { Bnb4Storage } from './storage.ts';

/**
 * NormalFloat blocks. The weight is transposed to [N, K] and flattened; `codes` is uint8 [ceil(N · K / 2)], the first
 * of two elements in the HIGH nibble; `absmax` float32 [ceil(N · K / block)]. Blocks run on from channel to channel.
 */
export const matMulBnb4: Layout<Bnb4Storage> = {
  parts({ k, n, blockSize }) {
    return [
      { role: 'codes', type: 'uint8', dims: [Math.ceil((k * n) / 2)] },
      { role: 'absmax', type: 'float32', dims: [Math.ceil((k * n) / blockSize)] },
    ];
  },

  node({ k, n, blockSize }, { name, activations, initializers, output }) {
    return makeNode({
      op: 'MatMulBnb4',
      domain: 'com.microsoft',
      name,
      inputs: [activations, ...initializers],
      outputs: [output],
      // quant_type 1 is NF4.
      attributes: { K: k, N: n, block_size: blockSize, quant_type: 1 },
    });
  },
};
