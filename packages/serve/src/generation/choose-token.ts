import { randomInt } from 'node:crypto';
import { argmax, sampler, type GenerationRequest } from '@quantloop/runtime';
import type { GenerationFields } from '../requests/generation-fields.ts';

/** How a request wants its tokens chosen: undefined where always the most likely one. */
export function chooseToken(fields: GenerationFields, answer: number): GenerationRequest['choose'] {
  const { temperature, top_p, top_k, presence_penalty, frequency_penalty } = fields;
  // Every answer to a prompt is drawn by itself.
  const seed = (fields.seed ?? randomInt(2 ** 31)) + answer;
  const pick =
    temperature === 0
      ? (logits: Float32Array) => argmax(logits, 0, logits.length)
      : sampler({ temperature, topP: top_p, topK: Math.max(0, top_k), seed });
  if (presence_penalty === 0 && frequency_penalty === 0) return temperature === 0 ? undefined : pick;
  return (logits, generated) => {
    const penalized = logits.slice();
    for (const token of generated) penalized[token]! -= frequency_penalty;
    for (const token of new Set(generated)) penalized[token]! -= presence_penalty;
    return pick(penalized);
  };
}
