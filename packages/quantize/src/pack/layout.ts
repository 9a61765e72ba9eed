import type { NodeProto, OnnxType } from '@quantloop/onnx';
import { matMulBnb4 } from './matmul-bnb4.ts';
import { matMulFloat8 } from './matmul-float8.ts';
import { matMulHalf } from './matmul-half.ts';
import { matMulInteger } from './matmul-integer.ts';
import { matMulNBits } from './matmul-nbits.ts';
import type { Part, PartShape } from './packed-weight.ts';
import type { Storage } from './storage.ts';

export interface NodeNames {
  /** Of the layer: the product takes it. */
  name: string;
  activations: string;
  /** In the order of `parts`. */
  initializers: string[];
  output: string;
  /** Prefix of what the layout's `rounding` computes, where it has one. */
  rounded?: string;
}

/** How a layer's input is rounded before the product. */
export interface InputRounding {
  /** Layers with the same input and equal keys share the nodes. A word for names of values. */
  key: string;
  /** In order. What they compute is named `<prefix>.<role>`. `opset`: version of the standard operators. */
  nodes(names: { value: string; prefix: string; opset: number }): NodeProto[];
}

export interface LookupNames {
  /** Of the lookup: the node that reads the rows takes it. */
  name: string;
  /** Row numbers, of any shape. */
  indices: string;
  /** In the order of `parts`, with the shapes that `dims` gives. */
  initializers: string[];
  output: string;
}

/** How rows of a packed weight are looked up. */
export interface PackedLookup<S extends Storage = Storage> {
  /** Shapes in which the operators read the parts, in their order: other views of the same bytes. */
  dims(storage: S): number[][];
  /** In order. The result has the type of `activations`. */
  nodes(storage: S, names: LookupNames): NodeProto[];
}

/** One way of storing a weight: the tensors it becomes, and the operators that read them. */
export interface Layout<S extends Storage = Storage> {
  parts(storage: S): PartShape[];
  /** Version of the standard operators that the nodes need. @default 13 */
  opset?: number;
  /** Type of the activations the product takes, and of its result. */
  activations(storage: S): OnnxType;
  /** In order, the product last. Values between them are named `<output>.<role>`. */
  nodes(storage: S, names: NodeNames): NodeProto[];
  /** For products of integers whose operator does not round the activations itself. */
  rounding?(storage: S): InputRounding | undefined;
  /** Whether each part holds one channel after the other, whatever the others are: pieces can be rounded apart. */
  byChannel?(storage: S): boolean;
  /** For formats whose channels can be read one by one: that of an embedding, alone or tied to a head. */
  lookup?: PackedLookup<S>;
  /** The weight as the product reads it back, [n, k] row-major. */
  values(storage: S, parts: readonly Part[]): Float32Array<ArrayBuffer>;
}

export const LAYOUTS: { [L in Storage['layout']]: Layout<Extract<Storage, { layout: L }>> } = {
  'matmul-nbits': matMulNBits,
  'matmul-bnb4': matMulBnb4,
  'matmul-integer': matMulInteger,
  'matmul-half': matMulHalf,
  'matmul-float8': matMulFloat8,
};

/** The layout of a storage plan. */
export function layoutOf<S extends Storage>(storage: S): Layout<S> {
  return LAYOUTS[storage.layout] as unknown as Layout<S>;
}
