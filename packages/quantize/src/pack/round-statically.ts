import { makeNode, makeTensor } from '@quantloop/onnx';
import type { InputRounding } from './layout.ts';

/** Float32 values → `codes`, uint8 on a grid known beforehand: `scale` and `zero`. */
export function roundStatically(grid: { scale: number; zero: number }): InputRounding {
  return {
    key: `static_${grid.scale}_${grid.zero}`,
    nodes({ value, prefix }) {
      const constant = (role: string, type: 'float32' | 'uint8', data: number) =>
        makeNode({
          op: 'Constant',
          inputs: [],
          outputs: [`${prefix}.${role}`],
          attributes: { value: makeTensor({ name: '', type, dims: [], data: [data] }) },
        });
      return [
        constant('scale', 'float32', grid.scale),
        constant('zero', 'uint8', grid.zero),
        makeNode({
          op: 'QuantizeLinear',
          name: `${prefix}/codes`,
          inputs: [value, `${prefix}.scale`, `${prefix}.zero`],
          outputs: [`${prefix}.codes`],
        }),
      ];
    },
  };
}
