import { NonFiniteLogits } from '../non-finite/non-finite-logits.ts';

/** @throws NonFiniteLogits where the logit of the token chosen after `tokens`, of `what`, is NaN or infinite. */
export function requireFiniteLogit(logit: number | undefined, what: string, tokens: () => number[]): void {
  if (!Number.isFinite(logit))
    throw new NonFiniteLogits({ message: `the model yields no finite logit for ${what}`, tokens: tokens() });
}
