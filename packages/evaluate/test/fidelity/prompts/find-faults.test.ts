import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findFaults, type RawAnswer } from '../../../src/fidelity/prompts/find-faults.ts';

const PROMPT = 'Tell me of the sea.';

function answer(text: string, change: Partial<RawAnswer> = {}): RawAnswer {
  const tokens = [...text].map((character) => character.codePointAt(0)!);
  return { text, raw: text, tokens, ended: true, ...change };
}

test.each([
  ['a whole answer', answer('The sea is wide and old.'), []],
  ['one cut behind a sentence', answer('It is “wide.”', { ended: false }), []],
  ['one cut behind a Chinese sentence', answer('海很大。', { ended: false }), [], '说说海'],
  ['one cut in a sentence', answer('The sea is', { ended: false }), ['truncated']],
  ['one cut in a character', answer('The sea is \uFFFD', { ended: false }), ['truncated']],
  ['blanks', answer(' \n\t'), ['empty']],
  ['nothing', answer('', { ended: false }), ['empty', 'truncated']],
  ['four times the same', answer('So. abcabcabcabc'), ['loops']],
  ['too little of the same', answer('hmmmmmmmmmmm.'), []],
  ['the same, and then an end', answer('la la la la la la la la fin'), []],
  ['a special token', answer('The sea.', { raw: 'The sea.<pad>' }), ['off_script']],
  ["a template's mark", answer('The sea.<|im_start|>user'), ['off_script']],
  ["another template's mark", answer('The sea. [INST] And then?'), ['off_script']],
  ['a broken character', answer('The \uFFFD sea.'), ['off_script']],
  ['a control character', answer('The \u0007 sea.'), ['off_script']],
  ['Chinese within English', answer('The sea is 非常 wide.'), ['off_script']],
  ['Chinese where it was asked for', answer('The sea is 非常 wide.'), [], 'Translate 海'],
  ['Japanese to a prompt in kanji', answer('海はとても広い。'), [], '海'],
  ['a formula', answer('The angle is π/2, its sine is 1.'), []],
  ['another language', answer('Das Meer ist weit.'), ['off_script'], 'Расскажи о море.'],
  ['words to a prompt of numbers', answer('It is 5.'), [], '9-4='],
  ['names in another language', answer('Море у города London.'), [], 'Расскажи о море.'],
] as [string, RawAnswer, string[], string?][])('%s: faults', (_name, given, faults, prompt = PROMPT) => {
  expect(findFaults(given, prompt)).toEqual(faults);
});

test('whatever is said over and over at the end is a loop, and nothing is where no two tokens are equal', () => {
  const tokens = (least: number) => fc.uniqueArray(fc.nat(10_000), { minLength: least, maxLength: 40 });
  fc.assert(
    fc.property(tokens(1), tokens(1), fc.integer({ min: 12, max: 20 }), (before, phrase, times) => {
      const loop = answer('x.', { tokens: [...before, ...(Array(times).fill(phrase).flat() as number[])] });
      expect(findFaults(loop, PROMPT)).toEqual(['loops']);
      expect(findFaults(answer('x.', { tokens: before }), PROMPT)).toEqual([]);
    }),
  );
});
