import { QuantloopError } from '@quantloop/core';

/** Thrown where a model yields no finite logits: NaN or infinity. `tokens` are those after which it did, one row. */
export class NonFiniteLogits extends QuantloopError {
  readonly tokens: readonly number[];

  constructor(options: { message: string; tokens: ArrayLike<number> }) {
    super({
      code: 'non-finite',
      message: options.message,
      hint: 'The weights or activations overflow in this precision: quantize with finer groups, or measure in float32.',
    });
    this.name = 'NonFiniteLogits';
    this.tokens = Array.from(options.tokens);
  }
}
