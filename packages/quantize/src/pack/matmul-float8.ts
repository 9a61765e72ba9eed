import { FLOAT8_VALUES, ONNX_TYPES } from '@quantloop/onnx';
import type { Layout } from './layout.ts';
import { NodeChain } from './node-chain.ts';
import { productOfRows } from './product-of-rows.ts';
import { roundToFloat8 } from './round-to-float8.ts';
import { roundTokensToFloat8 } from './round-tokens-to-float8.ts';
import type { Float8Storage } from './storage.ts';

/** Blocks of a channel, and weights in each; one block where the scale is of a channel or of the whole weight. */
export function float8Blocks({ k, granularity }: Float8Storage): { blocks: number; size: number } {
  const size = typeof granularity === 'object' ? granularity.group : k;
  return { blocks: Math.ceil(k / size), size };
}

/**
 * Eight-bit floating point: `codes` [N, ceil(K / block), block], the tail of a channel's last block zero, and `scales`,
 * float32 [N, ceil(K / block), 1], or a scalar. ONNX Runtime has no kernel for either type on CPUs: weights are cast to
 * float32 when the model is loaded, activations are rounded and cast back before the product.
 */
export const matMulFloat8: Layout<Float8Storage> = {
  parts(storage) {
    const { n, type, granularity } = storage;
    const { blocks, size } = float8Blocks(storage);
    return [
      { role: 'codes', type, dims: [n, blocks, size] },
      { role: 'scales', type: 'float32', dims: granularity === 'tensor' ? [] : [n, blocks, 1] },
    ];
  },

  activations: () => 'float32',

  byChannel: ({ granularity }) => granularity !== 'tensor',

  // Float8 types came with 19.
  opset: 19,

  rounding({ type, activations }) {
    if (activations === 'none') return undefined;
    return activations === 'token' ? roundTokensToFloat8(type) : roundToFloat8(type, activations.scale);
  },

  nodes(storage, names) {
    const { k, n } = storage;
    const { blocks, size } = float8Blocks(storage);
    const [codes, scales] = names.initializers as [string, string];
    const chain = new NodeChain(names.output);
    const numbers = chain.add('numbers', 'Cast', [codes], { to: ONNX_TYPES.float32.code });
    const scaled = chain.add('scaled', 'Mul', [numbers, scales]);
    const shape = chain.constant('shape', 'int64', [2], [n, blocks * size]);
    let rows = chain.add('rows', 'Reshape', [scaled, shape]);
    if (blocks * size !== k) {
      const limits = Object.entries({ start: 0, end: k, axis: 1 }).map(([role, value]) =>
        chain.constant(role, 'int64', [1], [value]),
      );
      rows = chain.add('unpadded', 'Slice', [rows, ...limits]);
    }
    const activations = names.rounded === undefined ? names.activations : `${names.rounded}.rounded`;
    return productOfRows(chain, rows, { ...names, activations });
  },

  values(storage, parts) {
    const { k, n, granularity } = storage;
    const { blocks, size } = float8Blocks(storage);
    const numbers = FLOAT8_VALUES[storage.type];
    const codes = parts[0]!.data;
    const scales = new Float32Array(parts[1]!.data.buffer);
    const values = new Float32Array(n * k);
    for (let channel = 0, o = 0; channel < n; channel++) {
      for (let i = 0; i < k; i++, o++) {
        const block = channel * blocks + Math.floor(i / size);
        const scale = scales[granularity === 'tensor' ? 0 : block]!;
        values[o] = numbers[codes[channel * blocks * size + i]!]! * scale;
      }
    }
    return values;
  },
};
