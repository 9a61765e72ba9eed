import { makeNode } from '@quantloop/onnx';
import type { Layout } from './layout.ts';
import type { IntegerStorage } from './storage.ts';

/**
 * Eight-bit integers on both sides: `codes` is int8 [K, N], symmetric; `scales` float32 [N], or a scalar. The operator
 * rounds the activations itself, one scale and zero point for the whole tensor.
 */
export const matMulInteger: Layout<IntegerStorage> = {
  parts({ k, n, scalePer }) {
    return [
      { role: 'codes', type: 'int8', dims: [k, n] },
      { role: 'scales', type: 'float32', dims: scalePer === 'channel' ? [n] : [] },
    ];
  },

  activations: () => 'float32',

  nodes(_storage, { name, activations, initializers, output }) {
    return [
      makeNode({
        op: 'DynamicQuantizeMatMul',
        domain: 'com.microsoft',
        name,
        inputs: [activations, ...initializers],
        outputs: [output],
      }),
    ];
  },

  values({ k, n, scalePer }, parts) {
    const codes = new Int8Array(parts[0]!.data.buffer);
    const scales = new Float32Array(parts[1]!.data.buffer);
    const values = new Float32Array(n * k);
    for (let channel = 0; channel < n; channel++) {
      const scale = scales[scalePer === 'channel' ? channel : 0]!;
      for (let i = 0; i < k; i++) values[channel * k + i] = codes[i * n + channel]! * scale;
    }
    return values;
  },
};
