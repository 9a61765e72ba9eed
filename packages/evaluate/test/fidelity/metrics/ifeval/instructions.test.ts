import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countCapitalWords } from '../../../../src/fidelity/metrics/ifeval/count-capital-words.ts';
import { countSentences } from '../../../../src/fidelity/metrics/ifeval/count-sentences.ts';
import { followInstructions } from '../../../../src/fidelity/metrics/ifeval/follow-instructions.ts';
import { isWrittenIn } from '../../../../src/fidelity/metrics/ifeval/is-written-in.ts';
import { SENTENCES } from './sentences.ts';
import { INSTRUCTIONS } from '../../../../src/fidelity/metrics/ifeval/instructions.ts';

/** What `test/support/record-ifeval.py` writes: one row of 0 and 1 an instruction, one digit a response. */
interface Recorded {
  instructions: { id: string; kwargs: Record<string, unknown> }[];
  responses: string[];
  strict: string[];
  loose: string[];
  sentences: number[];
  capitals: number[];
}
const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Recorded;

/** Told otherwise than by langdetect: four words are too few for trigrams to tell English by. */
const OTHERWISE = new Set([`change_case:english_lowercase "Second try"\n\n'second paragraph' starts here`]);

const follow = (id: string, kwargs: Record<string, unknown>, response: string) =>
  followInstructions({ instruction_id_list: [id], kwargs: [kwargs] }, response, 'ifeval, document 0');

test('every one of the 25 instructions is recorded', () => {
  expect(new Set(recorded.instructions.map(({ id }) => id))).toEqual(new Set(Object.keys(INSTRUCTIONS)));
  expect(Object.keys(INSTRUCTIONS).length).toBe(25);
});

describe.each(['strict', 'loose'] as const)('followed %sly as lm-eval says', (strictness) => {
  test.for(recorded.instructions.map((one, i) => [one.id, JSON.stringify(one.kwargs), i] as const))(
    '%s %s',
    ([id, , i]) => {
      const { kwargs } = recorded.instructions[i]!;
      const responses = recorded.responses.filter((response) => !OTHERWISE.has(`${id} ${response}`));
      const ours = responses.map((response) => [response, follow(id, kwargs, response)[strictness][0]]);
      const theirs = responses.map((response) => [
        response,
        recorded[strictness][i]![recorded.responses.indexOf(response)] === '1',
      ]);
      expect(ours).toEqual(theirs);
    },
  );
});

test('sentences and words in capitals are counted as NLTK counts them', () => {
  const isUpper = (word: string) => word !== word.toLowerCase() && word === word.toUpperCase();
  expect(recorded.responses.map((text) => [text, countSentences(text)])).toEqual(
    recorded.responses.map((text, i) => [text, recorded.sentences[i]]),
  );
  expect(recorded.responses.map((text) => [text, countCapitalWords(text, isUpper)])).toEqual(
    recorded.responses.map((text, i) => [text, recorded.capitals[i]]),
  );
});

test.for([
  [{ instruction_id_list: ['keywords:existance'], kwargs: [{}] }, /unknown instruction "keywords:existance"/],
  [
    { instruction_id_list: ['keywords:existence'], kwargs: [{ keywords: null }] },
    /kwargs of keywords:existence.*keywords/s,
  ],
  [{ instruction_id_list: [], kwargs: [] }, /instruction_id_list/],
  [{ prompt: 'no instruction' }, /instruction_id_list/],
] as const)('a document with %j is refused by name', ([document, message]) => {
  expect(() =>
    followInstructions(document as unknown as Record<string, unknown>, 'text', 'ifeval, document 0'),
  ).toThrow(message);
});

test('sentences in thirty languages are told apart as langdetect tells them', () => {
  for (const [language, text] of Object.entries(SENTENCES)) {
    const found = Object.keys(SENTENCES).filter((other) => isWrittenIn(text, other));
    expect(found, text).toEqual([language]);
  }
  expect(isWrittenIn('12 : 34 !', 'sw')).toBe(true);
});
