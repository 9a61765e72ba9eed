import type { Float8Type } from '@quantloop/onnx';
import type { InputRounding } from './layout.ts';
import { NodeChain } from './node-chain.ts';

/** Float32 values → `rounded`: to the nearest 8-bit numbers times a scale known beforehand, as float32 again; beyond the largest of them they are it. */
export const roundToFloat8 = (type: Float8Type, scale: number): InputRounding => ({
  key: `${type}_${scale}`,
  nodes({ value, prefix }) {
    const chain = new NodeChain(prefix);
    const step = chain.constant('scale', 'float32', [], [scale]);
    const zero = chain.constant('zero', type, [], new Uint8Array(1));
    const codes = chain.add('codes', 'QuantizeLinear', [value, step, zero]);
    chain.add('rounded', 'DequantizeLinear', [codes, step, zero]);
    return chain.nodes;
  },
});
