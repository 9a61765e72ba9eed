import { QuantloopError } from '@quantloop/core';

/** The error for a token of a divergence text after which a model yields no finite logits. */
export function windowNotFinite(options: {
  window: number;
  tokens: readonly number[];
  at: number;
}): QuantloopError {
  const { window, at } = options;
  return new QuantloopError({
    code: 'non-finite',
    message: `after token ${at} of window ${window} of the divergence text the model yields no finite logits`,
    hint: 'Its weights or activations overflow in this precision: quantize with finer groups, or measure in float32.',
  });
}
