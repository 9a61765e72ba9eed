import type { Tensor } from 'onnxruntime-node';
import { freeTensor } from '../session/free-memory.ts';

/** Keys and values of the tokens seen so far, one row per sequence. */
export class KvCache {
  /** Valid tokens of each row. */
  readonly lengths: Int32Array;
  /** Length of the tensors' sequence dimension. */
  readonly padded: number;
  /** The attention mask so far, `[rows, padded]`: 1 for a token, 0 for padding, in the order they were given. */
  readonly mask: BigInt64Array;
  /** `past_key_values.{layer}.key|value`, `[rows, kvHeads, padded, headDim]`. */
  readonly tensors: Readonly<Record<string, Tensor>>;

  constructor(options: {
    lengths: Int32Array;
    padded: number;
    mask: BigInt64Array;
    tensors: Record<string, Tensor>;
  }) {
    this.lengths = options.lengths;
    this.padded = options.padded;
    this.mask = options.mask;
    this.tensors = options.tensors;
  }

  /** Gives its memory back at once. */
  dispose(): void {
    for (const tensor of Object.values(this.tensors)) {
      if (tensor.location === 'cpu') freeTensor(tensor);
      tensor.dispose();
    }
  }
}
