import { NonFiniteLogits } from '@quantloop/runtime';

/** The error for a token of a divergence text, the `at`-th of a window, after which a model yields no finite logits. */
export function windowNotFinite(window: number, tokens: readonly number[], at: number): NonFiniteLogits {
  return new NonFiniteLogits({
    message: `after token ${at} of window ${window} of the divergence text the model yields no finite logits`,
    tokens: tokens.slice(0, at + 1),
  });
}
