import { FLOAT8_MAX, type Float8Type } from '@quantloop/onnx';
import type { InputRounding } from './layout.ts';
import { NodeChain } from './node-chain.ts';

/** The smallest largest magnitude of a row that is told from 0: its scale is still a normal number. */
const SMALLEST = 1e-30;

/**
 * Rows of float32 → `rounded`: to the nearest 8-bit numbers times max |x| / the largest of them, a scale for each row,
 * as float32 again. Per row, so that a text's result does not depend on what else is in its batch.
 */
export const roundTokensToFloat8 = (type: Float8Type): InputRounding => ({
  key: type,
  nodes({ value, prefix }) {
    const chain = new NodeChain(prefix);
    const magnitudes = chain.add('magnitudes', 'Abs', [value]);
    const last = chain.constant('last', 'int64', [1], [-1]);
    const largest = chain.add('largest', 'ReduceMax', [magnitudes, last]);
    const smallest = chain.constant('smallest', 'float32', [], [SMALLEST]);
    const bounded = chain.add('bounded', 'Max', [largest, smallest]);
    const top = chain.constant('top', 'float32', [], [FLOAT8_MAX[type]]);
    const scales = chain.add('scales', 'Div', [bounded, top]);
    const scaled = chain.add('scaled', 'Div', [value, scales]);
    const one = chain.constant('one', 'float32', [], [1]);
    const zero = chain.constant('zero', type, [], new Uint8Array(1));
    const codes = chain.add('codes', 'QuantizeLinear', [scaled, one, zero]);
    const numbers = chain.add('numbers', 'DequantizeLinear', [codes, one, zero]);
    chain.add('rounded', 'Mul', [numbers, scales]);
    return chain.nodes;
  },
});
