import { QuantloopError } from '@quantloop/core';
import { compareLogits, type Arithmetic, type Tensor } from '@quantloop/runtime';

/** Logits compared at once, in double precision: bounds memory for large vocabularies. */
const COMPARED = 2 ** 22;

/** KL(baseline ‖ candidate) summed over each row of `[rows, length, vocabulary]`. */
export async function outputDivergence(options: {
  arithmetic: Arithmetic;
  baseline: Tensor;
  candidate: Tensor;
  /** What was done to the candidate, for messages. */
  what: string;
}): Promise<{ sum: number; tokens: number }[]> {
  const { arithmetic, baseline, candidate, what } = options;
  const [rows, length, vocabulary] = baseline.dims as [number, number, number];
  const positions = rows * length;
  const step = Math.max(1, Math.floor(COMPARED / vocabulary));
  const sequences = Array.from({ length: rows }, () => ({ sum: 0, tokens: length }));
  for (let start = 0; start < positions; start += step) {
    const count = Math.min(step, positions - start);
    const chosen = BigInt64Array.from({ length: count }, (_, i) => BigInt(start + i));
    const { divergence } = await compareLogits(arithmetic, { baseline, candidate, rows: chosen });
    for (let i = 0; i < count; i++) {
      // Rounding may leave −1e-17 where both are equal.
      const value = Math.max(0, divergence[i]!);
      if (!Number.isFinite(value)) throw notFinite(what, start + i);
      sequences[Math.floor((start + i) / length)]!.sum += value;
    }
  }
  return sequences;
}

function notFinite(what: string, position: number): QuantloopError {
  return new QuantloopError({
    code: 'non-finite',
    message: `Sensitivity scan: the logits of token ${position} are not finite with ${what}.`,
    hint: 'Check the model on its own, or leave the weight out with "exclude".',
  });
}
