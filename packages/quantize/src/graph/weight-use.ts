import type { NodeProto, OnnxType } from '@quantloop/onnx';

/** A node of the main graph that reads a constant matrix. */
export interface WeightUse {
  node: NodeProto;
  /** The model's own name of the layer, whatever the exporter called node and weight. */
  module: string;
  /** Name of the weight's initializer. */
  weight: string;
  /** Inputs; of a lookup table the length of a row. */
  k: number;
  /** Outputs; of a lookup table the number of rows. */
  n: number;
  /** Of activations and result; the weight may be stored in another. */
  type: OnnxType;
  /** The initializer is stored as [n, k]. */
  transposed: boolean;
  /** What lies between initializer and node, first to last: not needed by this use once the weight is packed. */
  via: readonly NodeProto[];
}
