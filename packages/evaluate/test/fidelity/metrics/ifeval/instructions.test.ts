import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countCapitalWords } from '../../../../src/fidelity/metrics/ifeval/count-capital-words.ts';
import { countSentences } from '../../../../src/fidelity/metrics/ifeval/count-sentences.ts';
import { followInstructions } from '../../../../src/fidelity/metrics/ifeval/follow-instructions.ts';
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
      const ours = recorded.responses.map((response) => [
        response,
        follow(id, kwargs, response)[strictness][0],
      ]);
      const theirs = recorded.responses.map((response, j) => [response, recorded[strictness][i]![j] === '1']);
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
