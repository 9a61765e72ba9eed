import type { Tensor } from 'onnxruntime-node';
import type { Arithmetic } from '../arithmetic/arithmetic.ts';
import { rankTokens } from '../arithmetic/rank-tokens.ts';
import type { TokenScore } from './generation-request.ts';

/** The scores of tokens at places of the logits (`row` of the flattened leading dimensions), in the order given. */
export async function scoreTokens(
  arithmetic: Arithmetic,
  options: { logits: Tensor; places: readonly { row: number; token: number; top: number }[] },
): Promise<TokenScore[]> {
  const { logits, places } = options;
  if (places.length === 0) return [];
  const { logProbabilities, topTokens, topLogProbabilities } = await rankTokens(arithmetic, {
    logits,
    rows: places.map(({ row }) => row),
    targets: places.map(({ token }) => token),
    top: Math.max(...places.map(({ top }) => top)),
  });
  const ranked = topTokens.length / places.length;
  return places.map(({ token, top }, i) => ({
    token,
    logProbability: logProbabilities[i]!,
    top: Array.from({ length: Math.min(top, ranked) }, (_, k) => ({
      token: Number(topTokens[i * ranked + k]),
      logProbability: topLogProbabilities[i * ranked + k]!,
    })),
  }));
}
