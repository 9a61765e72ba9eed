import { float16ToFloat32, makeNode } from '@quantloop/onnx';
import { blocksPerChannel, kernelBits, zeroPointBytes } from './nbits-shape.ts';
import { gatherNBits } from './gather-nbits.ts';
import type { Layout } from './layout.ts';
import { unpackCodes } from './pack-codes.ts';
import type { PartShape } from './packed-weight.ts';
import { NBITS_BLOCKS, type NBitsStorage } from './storage.ts';
import { widenThreeBits } from './widen-three-bits.ts';

/**
 * Weight-only blocks of 2, 3, 4 or 8 bits. `codes` is uint8 [N, ceil(K / block), block · bits / 8], channel by channel,
 * the tail of the last block zero; `scales` [N, ceil(K / block)]; `zero_points` uint8 [N, bytes], of 4 bits where the
 * codes have 3.
 */
export const matMulNBits: Layout<NBitsStorage> = {
  parts(storage) {
    const { n, bits, blockSize, scaleType } = storage;
    const blocks = blocksPerChannel(storage);
    const parts: PartShape[] = [
      { role: 'codes', type: 'uint8', dims: [n, blocks, (blockSize * bits) / 8] },
      { role: 'scales', type: scaleType, dims: [n, blocks] },
    ];
    if (storage.zeroPoints) {
      parts.push({ role: 'zero_points', type: 'uint8', dims: [n, zeroPointBytes(storage)] });
    }
    return parts;
  },

  activations: ({ scaleType }) => scaleType,

  nodes(storage, { name, activations, initializers, output }) {
    const { k, n, bits, blockSize, accuracyLevel } = storage;
    const [codes, ...others] = initializers;
    const widened = bits === 3 ? widenThreeBits(storage, { codes: codes!, output }) : undefined;
    const product = makeNode({
      op: 'MatMulNBits',
      domain: 'com.microsoft',
      name,
      inputs: [activations, widened?.codes ?? codes!, ...others],
      outputs: [output],
      attributes: {
        K: k,
        N: n,
        bits: kernelBits(bits),
        block_size: blockSize,
        accuracy_level: accuracyLevel,
      },
    });
    return [...(widened?.nodes ?? []), product];
  },

  lookup: gatherNBits,

  byChannel: ({ scalePer }) => scalePer !== 'tensor',

  values(storage, parts) {
    const { k, n, bits, blockSize, scaleType } = storage;
    const [packed, scaleBytes, zeroPoints] = parts.map((part) => part.data);
    const scales =
      scaleType === 'float32'
        ? new Float32Array(scaleBytes!.buffer)
        : float16ToFloat32(new Uint16Array(scaleBytes!.buffer));
    const blocks = blocksPerChannel(storage);
    const codes = new Uint8Array(k);
    const zeros = new Uint8Array(blocks).fill(2 ** (bits - 1));
    const values = new Float32Array(n * k);
    for (let channel = 0; channel < n; channel++) {
      unpackCodes(packed!, bits, (channel * blocks * blockSize * bits) / 8, codes);
      if (zeroPoints !== undefined) {
        unpackCodes(zeroPoints, kernelBits(bits), channel * zeroPointBytes(storage), zeros);
      }
      for (let block = 0, i = 0; block < blocks; block++) {
        const scale = scales[channel * blocks + block]!;
        const zero = zeros[block]!;
        const end = Math.min(k, i + blockSize);
        for (; i < end; i++) values[channel * k + i] = (codes[i]! - zero) * scale;
      }
    }
    return values;
  },
};

/**
 * The block size that stores a whole channel of `k` inputs in the fewest bytes: padding of the last block against
 * repeated scales. Equal bytes: the larger one.
 */
export function channelBlockSize(options: Pick<NBitsStorage, 'k' | 'bits' | 'zeroPoints'>): number {
  const { k, bits, zeroPoints } = options;
  const bytes = (size: number): number => {
    const blocks = Math.ceil(k / size);
    const zeroBytes = zeroPoints ? Math.ceil((blocks * kernelBits(bits)) / 8) : 0;
    return (blocks * size * bits) / 8 + blocks * 4 + zeroBytes;
  };
  return NBITS_BLOCKS.reduce((best, size) => (bytes(size) <= bytes(best) ? size : best));
}
