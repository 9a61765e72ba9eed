import { makeNode } from '@quantloop/onnx';
import type { Layout } from './layout.ts';
import { NF4 } from './nf4-table.ts';
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

  activations: () => 'float32',

  nodes({ k, n, blockSize }, { name, activations, initializers, output }) {
    return [
      makeNode({
        op: 'MatMulBnb4',
        domain: 'com.microsoft',
        name,
        inputs: [activations, ...initializers],
        outputs: [output],
        // quant_type 1 is NF4.
        attributes: { K: k, N: n, block_size: blockSize, quant_type: 1 },
      }),
    ];
  },

  values({ k, n, blockSize }, parts) {
    const codes = parts[0]!.data;
    const absmax = new Float32Array(parts[1]!.data.buffer);
    return Float32Array.from({ length: n * k }, (_, i) => {
      const pair = codes[i >> 1]!;
      return NF4[i % 2 === 0 ? pair >> 4 : pair & 15]! * absmax[Math.floor(i / blockSize)]!;
    });
  },
};
