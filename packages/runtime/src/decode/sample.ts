import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import { argmax } from './argmax.ts';

/** How a token is drawn, in transformers' and vLLM's order: temperature, then the most likely k, then the nucleus. */
export interface SamplingOptions {
  /** Divides the logits; 0 takes the most likely token. @default 1 */
  temperature?: number | undefined;
  /** Draw among so many of the most likely; 0 among all. @default 0 */
  topK?: number | undefined;
  /** Draw among the fewest tokens that together have this probability. @default 1 */
  topP?: number | undefined;
  /** Of the generator: equal seeds draw equal tokens from equal logits. */
  seed: number;
}

/** Picks the next token from one row of logits. Its draws go on from call to call: one for each sequence. */
export type ChooseToken = (logits: Float32Array) => number;

/** Draws tokens at random, seeded. */
export function sampler(options: SamplingOptions): ChooseToken {
  const { temperature = 1, topK = 0, topP = 1, seed } = options;
  if (temperature === 0) return (logits) => argmax(logits, 0, logits.length);
  // Not xoroshiro128plus: its first number is above 0.999 for every seed below 5000, the least likely token.
  const random = mersenne(seed);
  return (logits) => {
    const threshold = topK > 0 && topK < logits.length ? kthLargest(logits, topK) : -Infinity;
    const kept = likeliest(logits, { temperature, threshold, topP });
    let left = uniformFloat64(random) * kept.reduce((sum, { probability }) => sum + probability, 0);
    for (const { token, probability } of kept) {
      left -= probability;
      if (left < 0) return token;
    }
    return kept.at(-1)!.token;
  };
}

interface Weighted {
  token: number;
  probability: number;
}

/** The tokens to draw among; sorted by probability, among equals by id, where there is a nucleus. */
function likeliest(
  logits: Float32Array,
  { temperature, threshold, topP }: { temperature: number; threshold: number; topP: number },
): Weighted[] {
  const highest = logits[argmax(logits, 0, logits.length)]!;
  const weights: Weighted[] = [];
  let total = 0;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (!(logit >= threshold)) continue;
    const probability = Math.exp((logit - highest) / temperature);
    total += probability;
    weights.push({ token, probability });
  }
  if (topP >= 1) return weights;
  // None so small can be in the nucleus: all of them together are outside. Spares sorting the vocabulary.
  const negligible = (total * (1 - topP)) / weights.length;
  const sorted = weights
    .filter(({ probability }) => probability >= negligible)
    .sort((a, b) => b.probability - a.probability || a.token - b.token);
  let sum = 0;
  const end = sorted.findIndex(({ probability }) => (sum += probability) >= topP * total);
  return sorted.slice(0, end === -1 ? sorted.length : Math.max(1, end + 1));
}

function kthLargest(values: Float32Array, k: number): number {
  return values.toSorted()[values.length - k]!;
}
