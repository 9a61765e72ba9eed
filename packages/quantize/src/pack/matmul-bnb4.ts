import { makeNode } from '@quantloop/onnx';
import { CODEBOOKS } from './codebook.ts';
import { doubleQuantizedNodes, doubleQuantizedParts, doubleQuantizedValues } from './double-quantized.ts';
import type { Layout } from './layout.ts';
import { NodeChain } from './node-chain.ts';
import type { Bnb4Storage } from './storage.ts';

export const blockCount = ({ k, n, blockSize }: Bnb4Storage): number => Math.ceil((k * n) / blockSize);

/**
 * Blocks of 4-bit levels. The weight is transposed to [N, K] and flattened; `codes` is uint8 [ceil(N · K / 2)], the
 * first of two elements in the HIGH nibble; `absmax` float32 [ceil(N · K / block)], or rounded to 8 bits, which the
 * operator does not know: ONNX Runtime turns it into numbers once, when it loads the model. Blocks run on from channel
 * to channel.
 */
export const matMulBnb4: Layout<Bnb4Storage> = {
  parts(storage) {
    const count = blockCount(storage);
    return [
      { role: 'codes', type: 'uint8', dims: [Math.ceil((storage.k * storage.n) / 2)] },
      ...(storage.doubleQuantized
        ? doubleQuantizedParts(count)
        : [{ role: 'absmax', type: 'float32' as const, dims: [count] }]),
    ];
  },

  activations: () => 'float32',

  nodes(storage, { name, activations, initializers, output }) {
    const { k, n, blockSize, levels, doubleQuantized } = storage;
    const [codes, ...absmax] = initializers;
    const chain = new NodeChain(output);
    const magnitudes = doubleQuantized
      ? doubleQuantizedNodes(blockCount(storage), absmax, chain)
      : absmax[0]!;
    const product = makeNode({
      op: 'MatMulBnb4',
      domain: 'com.microsoft',
      name,
      inputs: [activations, codes!, magnitudes],
      outputs: [output],
      attributes: { K: k, N: n, block_size: blockSize, quant_type: CODEBOOKS[levels].quantType },
    });
    return [...chain.nodes, product];
  },

  values(storage, parts) {
    const { k, n, blockSize } = storage;
    const { levels } = CODEBOOKS[storage.levels];
    const [codes, ...rest] = parts;
    const absmax = storage.doubleQuantized
      ? doubleQuantizedValues(blockCount(storage), rest)
      : new Float32Array(rest[0]!.data.buffer);
    return Float32Array.from({ length: n * k }, (_, i) => {
      const pair = codes!.data[i >> 1]!;
      return levels[i % 2 === 0 ? pair >> 4 : pair & 15]! * absmax[Math.floor(i / blockSize)]!;
    });
  },
};
