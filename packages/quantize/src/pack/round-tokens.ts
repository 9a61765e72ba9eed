import { makeNode, makeTensor, type NodeProto } from '@quantloop/onnx';
import type { InputRounding } from './layout.ts';

/** The smallest largest magnitude of a row that is told from 0: its scale is still a normal number. */
const SMALLEST = 1e-30;

/**
 * Rows of float32 → `codes`, uint8 around 128, and `scales`: max |x| / 127 of each row. `one` and `zero` are the scale
 * and zero point to multiply the codes with.
 */
export const roundTokens: InputRounding = {
  key: 'per_token',
  nodes({ value, prefix, opset }) {
    const constant = (role: string, type: 'float32' | 'uint8' | 'int64', dims: number[], data: number[]) =>
      makeNode({
        op: 'Constant',
        inputs: [],
        outputs: [`${prefix}.${role}`],
        attributes: { value: makeTensor({ name: '', type, dims, data }) },
      });
    const node = (op: string, inputs: string[], output: string, attributes = {}): NodeProto =>
      makeNode({
        op,
        name: `${prefix}/${output}`,
        inputs: inputs.map((input) => (input === value ? value : `${prefix}.${input}`)),
        outputs: [`${prefix}.${output}`],
        attributes,
      });
    return [
      constant('one', 'float32', [], [1]),
      constant('zero', 'uint8', [], [128]),
      constant('smallest', 'float32', [], [SMALLEST]),
      constant('steps', 'float32', [], [127]),
      node('Abs', [value], 'magnitudes'),
      // Axes became an input in opset 18.
      ...(opset < 18
        ? [node('ReduceMax', ['magnitudes'], 'largest', { axes: [-1] })]
        : [constant('last', 'int64', [1], [-1]), node('ReduceMax', ['magnitudes', 'last'], 'largest')]),
      node('Max', ['largest', 'smallest'], 'bounded'),
      node('Div', ['bounded', 'steps'], 'scales'),
      node('Div', [value, 'scales'], 'scaled'),
      node('QuantizeLinear', ['scaled', 'one', 'zero'], 'codes'),
    ];
  },
};
