import { QuantloopError } from '@quantloop/core';

/** @throws QuantloopError `non-finite` where the chosen token's logit, of `what`, is NaN or infinite. */
export function requireFiniteLogit(logit: number | undefined, what: string): void {
  if (Number.isFinite(logit)) return;
  throw new QuantloopError({
    code: 'non-finite',
    message: `the model yields no finite logit for ${what}`,
    hint: 'The weights overflow in this precision: quantize with finer groups, or measure in float32.',
  });
}
