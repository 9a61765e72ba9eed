import type { Tensor } from 'onnxruntime-node';

/** Keys and values of the tokens seen so far, one row per sequence. */
export class KvCache {
  /** Valid tokens of each row; what lies behind them in the tensors is padding. */
  readonly lengths: Int32Array;
  /** Length of the tensors' sequence dimension. */
  readonly padded: number;
  /** `past_key_values.{layer}.key|value`, `[rows, kvHeads, padded, headDim]`. */
  readonly tensors: Readonly<Record<string, Tensor>>;

  constructor(options: { lengths: Int32Array; padded: number; tensors: Record<string, Tensor> }) {
    this.lengths = options.lengths;
    this.padded = options.padded;
    this.tensors = options.tensors;
  }

  dispose(): void {
    for (const tensor of Object.values(this.tensors)) tensor.dispose();
  }
}
