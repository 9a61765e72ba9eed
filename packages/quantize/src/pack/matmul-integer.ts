import { makeNode } from '@quantloop/onnx';
import type { Layout } from './layout.ts';
import { roundStatically } from './round-statically.ts';
import { roundTokens } from './round-tokens.ts';
import type { IntegerStorage } from './storage.ts';

/**
 * Eight-bit integers on both sides: `codes` is int8 [K, N], symmetric; `scales` float32 [N], or a scalar. Activations are
 * uint8, for which ONNX Runtime's CPU kernel is 20 to 60 times as fast as for int8 ones (bench/int8-activations.ts).
 */
export const matMulInteger: Layout<IntegerStorage> = {
  parts({ k, n, scalePer }) {
    return [
      { role: 'codes', type: 'int8', dims: [k, n] },
      { role: 'scales', type: 'float32', dims: scalePer === 'channel' ? [n] : [] },
    ];
  },

  activations: () => 'float32',

  rounding({ activations }) {
    if (activations === 'tensor') return undefined;
    return activations === 'token' ? roundTokens : roundStatically(activations);
  },

  nodes(storage, { name, activations, initializers, output, rounded }) {
    const domain = 'com.microsoft';
    if (storage.activations === 'tensor') {
      const inputs = [activations, ...initializers];
      return [makeNode({ op: 'DynamicQuantizeMatMul', domain, name, inputs, outputs: [output] })];
    }
    const [codes, scales] = initializers as [string, string];
    if (storage.activations !== 'token') {
      const inputs = [`${rounded}.codes`, codes, `${rounded}.scale`, scales, `${rounded}.zero`];
      return [makeNode({ op: 'MatMulIntegerToFloat', domain, name, inputs, outputs: [output] })];
    }
    const inputs = [`${rounded}.codes`, codes, `${rounded}.one`, scales, `${rounded}.zero`];
    const sums = `${output}.by_channel`;
    return [
      makeNode({ op: 'MatMulIntegerToFloat', domain, name, inputs, outputs: [sums] }),
      makeNode({
        op: 'Mul',
        name: `${name}/rescale`,
        inputs: [sums, `${rounded}.scales`],
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
