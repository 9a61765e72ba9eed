import { makeNode, makeTensor, type NodeProto } from '@quantloop/onnx';
import type { PackedLookup } from './layout.ts';
import { blocksPerChannel, kernelBits, zeroPointBytes } from './nbits-shape.ts';
import type { NBitsStorage } from './storage.ts';
import { widenThreeBits } from './widen-three-bits.ts';

/**
 * Rows of MatMulNBits codes through com.microsoft GatherBlockQuantized, which wants the blocks of a row side by side:
 * uint8 [N, ceil(K / block) · block · bits / 8]. The padding of the last block is read too, and cut off.
 */
export const gatherNBits: PackedLookup<NBitsStorage> = {
  dims(storage) {
    const { n, bits, zeroPoints } = storage;
    const blocks = blocksPerChannel(storage);
    const codes = [n, rowBytes(storage, bits)];
    return [codes, [n, blocks], ...(zeroPoints ? [[n, zeroPointBytes(storage)]] : [])];
  },

  nodes(storage, { name, indices, initializers, output }) {
    const { k, n, bits, blockSize } = storage;
    const padded = blocksPerChannel(storage) * blockSize;
    const rows = padded === k ? output : `${output}.padded`;
    const nodes: NodeProto[] = [];
    const [stored, scales, ...zeroPoints] = initializers as [string, string, ...string[]];
    let codes = stored;
    if (bits === 3) {
      const widened = widenThreeBits(storage, { codes, output });
      const shape = constant(`${output}.rows-shape`, [n, rowBytes(storage, 4)]);
      const name = `${output}.rows`;
      nodes.push(
        ...widened.nodes,
        shape,
        makeNode({ op: 'Reshape', name, inputs: [widened.codes, shape.output[0]!], outputs: [name] }),
      );
      codes = name;
    }
    nodes.push(
      makeNode({
        op: 'GatherBlockQuantized',
        domain: 'com.microsoft',
        name,
        inputs: [codes, indices, scales, ...zeroPoints],
        outputs: [rows],
        attributes: { bits: kernelBits(bits), block_size: blockSize, gather_axis: 0, quantize_axis: 1 },
      }),
    );
    if (padded === k) return nodes;
    const limits = Object.entries({ start: 0, end: k, axis: -1 }).map(([role, value]) =>
      constant(`${output}.${role}`, [value]),
    );
    const inputs = [rows, ...limits.map((node) => node.output[0]!)];
    return [...nodes, ...limits, makeNode({ op: 'Slice', name: `${name}/Slice`, inputs, outputs: [output] })];
  },
};

const rowBytes = (storage: NBitsStorage, bits: number): number =>
  (blocksPerChannel(storage) * storage.blockSize * bits) / 8;

function constant(name: string, values: number[]): NodeProto {
  const value = makeTensor({ name: '', type: 'int64', dims: [values.length], data: values });
  return makeNode({ op: 'Constant', name, inputs: [], outputs: [name], attributes: { value } });
}
