import { QuantloopError } from '@quantloop/core';
import { compareLogits, forwardLogits, type Arithmetic, type DecoderSession } from '@quantloop/runtime';
import type { DivergenceItems } from '../fidelity-items.ts';

/** Runs baseline and candidate over the same windows, side by side: only one batch of logits of each is ever held. */
export async function compareWindows(options: {
  baseline: DecoderSession;
  candidate: DecoderSession;
  arithmetic: Arithmetic;
  windows: readonly number[][];
  /** Place of the first window, for messages. */
  first: number;
}): Promise<DivergenceItems['windows']> {
  const { baseline, candidate, arithmetic, windows, first } = options;
  requireSameVocabulary(baseline, candidate);
  const left = await forwardLogits({ session: baseline, rows: windows });
  const right = await forwardLogits({ session: candidate, rows: windows });
  const rows = windows.flatMap((window, r) => window.map((_, i) => BigInt(r * left.width + i)));
  const { divergence, agreement } = await compareLogits(arithmetic, {
    baseline: left.logits,
    candidate: right.logits,
    rows: BigInt64Array.from(rows),
  });
  left.logits.dispose();
  right.logits.dispose();
  let at = 0;
  return windows.map((window, w) => {
    const values = Array.from(divergence.subarray(at, at + window.length));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) {
      throw new QuantloopError({
        code: 'non-finite',
        message: `the divergence at token ${bad} of window ${first + w} is ${values[bad]}`,
        hint: 'One of the models yields no finite logits there: quantize with finer groups, or measure in float32.',
      });
    }
    const agreed = agreement.subarray(at, at + window.length).reduce((sum, flag) => sum + flag, 0);
    at += window.length;
    // Rounding may leave −1e-17 where both are equal.
    return { divergence: values.map((value) => Math.max(0, value)), agreed };
  });
}

function requireSameVocabulary(baseline: DecoderSession, candidate: DecoderSession): void {
  const [ours, theirs] = [candidate.shape.vocabularySize, baseline.shape.vocabularySize];
  if (ours === theirs) return;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `the candidate's vocabulary is ${ours}, the baseline's ${theirs}: they cannot be compared token by token`,
    hint: 'Compare a model with its own unquantized version.',
  });
}
