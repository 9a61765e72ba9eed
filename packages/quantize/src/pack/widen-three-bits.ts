import { makeNode, makeTensor, type NodeProto, type OnnxType } from '@quantloop/onnx';
import type { NBitsStorage } from './storage.ts';

/** `TensorProto.data_type` of int32. */
const INT32 = 6;

/**
 * The nodes that make MatMulNBits codes of 4 bits out of the stored ones of 3, as ONNX Runtime has no kernel for these:
 * three bytes are one number of 24 bits, which holds four pairs of codes, and a table turns a pair into a byte. All of
 * it is constant, so that ONNX Runtime computes it once, when the session is created, and runs its 4-bit kernel: the
 * file has its true size, memory and speed are those of 4 bits. Standard operators of opset 13.
 */
export function widenThreeBits(
  { n, k, blockSize, zeroPoints }: NBitsStorage,
  /** Of the stored codes, and of the product that will read the wide ones. */
  names: { codes: string; output: string },
): { nodes: NodeProto[]; codes: string } {
  const nodes: NodeProto[] = [];
  const add = (
    role: string,
    op: string,
    inputs: string[],
    attributes: Parameters<typeof makeNode>[0]['attributes'] = {},
  ): string => {
    const name = `${names.output}.${role}`;
    nodes.push(makeNode({ op, name, inputs, outputs: [name], attributes }));
    return name;
  };
  const constant = (role: string, type: OnnxType, dims: number[], data: readonly number[]): string =>
    add(role, 'Constant', [], { value: makeTensor({ name: '', type, dims, data }) });

  const bytes = add('bytes', 'Cast', [names.codes], { to: INT32 });
  const triples = add('triples', 'Reshape', [bytes, constant('by-three', 'int64', [2], [-1, 3])]);
  const places = constant('places', 'int32', [3, 1], [1, 2 ** 8, 2 ** 16]);
  const words = add('words', 'MatMul', [triples, places]);
  const shifts = constant('shifts', 'int32', [4], [1, 2 ** 6, 2 ** 12, 2 ** 18]);
  const shifted = add('shifted', 'Div', [words, shifts]);
  const pairs = add('pairs', 'Mod', [shifted, constant('pair', 'int32', [], [2 ** 6])]);
  // Without zero points weight 0 has the code 4, and 8 in the kernel.
  const offset = zeroPoints ? 0 : 4;
  const table = Array.from(
    { length: 2 ** 6 },
    (_, pair) => (pair & 7) + offset + (((pair >> 3) + offset) << 4),
  );
  const wide = add('wide', 'Gather', [constant('table', 'uint8', [2 ** 6], table), pairs]);
  const shape = constant('shape', 'int64', [3], [n, Math.ceil(k / blockSize), blockSize / 2]);
  return { nodes, codes: add('wide-codes', 'Reshape', [wide, shape]) };
}
