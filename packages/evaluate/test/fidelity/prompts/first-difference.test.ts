import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstDifference } from '../../../src/fidelity/prompts/first-difference.ts';

const answer = (text: string) => ({ text, tokens: [...text].map((character) => character.codePointAt(0)!) });

test('is the first token that only one of both has, and the character in which the texts part', () => {
  expect(firstDifference(answer('the cat'), answer('the car'))).toEqual({ token: 6, character: 6 });
  expect(firstDifference(answer('the cat'), answer('the'))).toEqual({ token: 3, character: 3 });
  expect(firstDifference(answer('the cat'), answer('the cat'))).toBeUndefined();
  // 😀 and 😁 differ in their second half.
  expect(firstDifference(answer('a😀'), answer('a😁'))).toEqual({ token: 1, character: 1 });
});

test('what stands before it is equal, what stands there is not', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '😁'), maxLength: 12 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const difference = firstDifference(answer(a), answer(b));
      if (difference === undefined) {
        expect(a).toBe(b);
        return;
      }
      const { token, character } = difference;
      expect(answer(a).tokens.slice(0, token)).toEqual(answer(b).tokens.slice(0, token));
      expect(answer(a).tokens[token]).not.toBe(answer(b).tokens[token]);
      expect(a.slice(0, character)).toBe(b.slice(0, character));
      expect(a.codePointAt(character)).not.toBe(b.codePointAt(character));
    }),
  );
});
