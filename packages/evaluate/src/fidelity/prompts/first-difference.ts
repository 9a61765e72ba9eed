import type { Answer } from '@quantloop/core';

/** Where an answer departs from another one; undefined where both have the same tokens. */
export function firstDifference(
  answer: Pick<Answer, 'text' | 'tokens'>,
  other: Pick<Answer, 'text' | 'tokens'>,
): Answer['difference'] {
  const token = common(answer.tokens, other.tokens);
  if (token === answer.tokens.length && token === other.tokens.length) return undefined;
  const character = common(answer.text, other.text);
  // Not between the halves of a character.
  return {
    token,
    character: /[\uD800-\uDBFF]$/.test(answer.text.slice(0, character)) ? character - 1 : character,
  };
}

function common<T>(a: ArrayLike<T>, b: ArrayLike<T>): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
