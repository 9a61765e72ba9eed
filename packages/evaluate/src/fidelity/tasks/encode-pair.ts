import { QuantloopError } from '@quantloop/core';
import type { ModelTokenizer } from '@quantloop/models';
import { stripEnd } from './python-text.ts';

/** A sequence for scoring: tokens, of which those at `from` and after are the continuation. */
export interface EncodedPair {
  tokens: number[];
  from: number;
}

/**
 * Tokens of a context and its continuation as lm-eval makes them: trailing whitespace of the context goes to the
 * continuation, both are tokenized as one string and split by the number of the context's tokens, and the last
 * `maxLength + 1` are kept.
 */
export function encodePair(options: {
  tokenizer: ModelTokenizer;
  context: string;
  continuation: string;
  maxLength: number;
  label: string;
}): EncodedPair {
  const { tokenizer, maxLength, label } = options;
  const { context, continuation } = tokenizePair(tokenizer, options.context, options.continuation);
  if (continuation.length === 0) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${label}: the answer ${JSON.stringify(options.continuation)} has no tokens of its own`,
      hint: 'Give every choice and target some text.',
    });
  }
  const tokens = [...context, ...continuation].slice(-(maxLength + 1));
  return { tokens, from: Math.max(1, tokens.length - continuation.length) };
}

function tokenizePair(
  tokenizer: ModelTokenizer,
  context: string,
  continuation: string,
): { context: number[]; continuation: number[] } {
  if (context === '') {
    const tokens = tokenizer.encode(continuation, { addSpecialTokens: false });
    return tokens[0] === tokenizer.prefixId
      ? { context: tokens.slice(0, 1), continuation: tokens.slice(1) }
      : { context: [tokenizer.prefixId], continuation: tokens };
  }
  const stripped = stripEnd(context);
  const whole = tokenizer.encode(context + continuation);
  const head = tokenizer.encode(stripped);
  // A context of whitespace only, with a tokenizer that adds nothing: there must be something to condition on.
  if (head.length === 0) return { context: [tokenizer.prefixId], continuation: whole };
  return { context: whole.slice(0, head.length), continuation: whole.slice(head.length) };
}
