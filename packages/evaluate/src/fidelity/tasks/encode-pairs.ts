import { QuantloopError } from '@quantloop/core';
import type { ModelTokenizer } from '@quantloop/models';
import { stripEnd } from './python-text.ts';

/** A sequence for scoring: tokens, of which those at `from` and after are the continuation. */
export interface EncodedPair {
  tokens: number[];
  from: number;
}

/** A text and what is scored after it. */
export interface TextPair {
  context: string;
  continuation: string;
  /** What to call it in an error. */
  label: string;
}

/**
 * Tokens of contexts and their continuations as lm-eval makes them: trailing whitespace of a context goes to the
 * continuation, both are tokenized as one string and split by the number of the context's tokens, and the last
 * `maxLength + 1` are kept. A context is tokenized once for all the choices that follow each other after it.
 */
export function encodePairs(
  { tokenizer, maxLength }: { tokenizer: ModelTokenizer; maxLength: number },
  pairs: readonly TextPair[],
): (EncodedPair & { label: string })[] {
  let last: { text: string; tokens: number[] } | undefined;
  const encodeContext = (text: string) => {
    if (last?.text !== text) last = { text, tokens: tokenizer.encode(text) };
    return last.tokens;
  };
  return pairs.map((pair) => {
    const { context, continuation } = tokenizePair(tokenizer, pair, encodeContext);
    if (continuation.length === 0) {
      throw new QuantloopError({
        code: 'invalid-spec',
        message: `${pair.label}: the answer ${JSON.stringify(pair.continuation)} has no tokens of its own`,
        hint: 'Give every choice and target some text.',
      });
    }
    const tokens = [...context, ...continuation].slice(-(maxLength + 1));
    return { label: pair.label, tokens, from: Math.max(1, tokens.length - continuation.length) };
  });
}

function tokenizePair(
  tokenizer: ModelTokenizer,
  { context, continuation }: TextPair,
  encodeContext: (text: string) => number[],
): { context: number[]; continuation: number[] } {
  if (context === '') {
    const tokens = tokenizer.encode(continuation, { addSpecialTokens: false });
    return tokens[0] === tokenizer.prefixId
      ? { context: tokens.slice(0, 1), continuation: tokens.slice(1) }
      : { context: [tokenizer.prefixId], continuation: tokens };
  }
  const whole = tokenizer.encode(context + continuation);
  const head = encodeContext(stripEnd(context));
  // A context of whitespace only, with a tokenizer that adds nothing: there must be something to condition on.
  if (head.length === 0) return { context: [tokenizer.prefixId], continuation: whole };
  return { context: whole.slice(0, head.length), continuation: whole.slice(head.length) };
}
