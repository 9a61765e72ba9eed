import { expect, test } from 'vitest';
import { makeFilter } from '../../../src/fidelity/tasks/filters.ts';

const run = (steps: object[], texts: string[], document = {}, repeats = texts.length) =>
  makeFilter({ name: 'f', filter: steps as { function: string }[] }, 'task.yaml', {
    task: 't',
    dataset_path: 'json',
    repeats,
  })(texts, document);

// Expected values are those of lm_eval.filters.build_filter_ensemble of lm-eval 0.4.13 for the same steps and texts.
test.for<[object[], string[], string[]]>([
  [[{ function: 'majority_vote' }], ['b', 'a', 'a', 'b', 'c'], ['b']],
  [[{ function: 'take_first_k', k: 2 }], ['a', 'b', 'c'], ['a', 'b']],
  [[{ function: 'remove_whitespace' }, { function: 'take_first' }], ['  a b \n', 'c'], ['a b']],
  [[{ function: 'lowercase' }, { function: 'majority_vote' }], ['A', 'a', 'B'], ['a']],
  [
    [{ function: 'map', mapping_dict: { yes: 1, no: 0 }, default_value: -1 }],
    ['yes', 'no', 'so'],
    ['1', '0', '-1'],
  ],
  [
    [{ function: 'regex', regex_pattern: '(\\d+)', group_select: -1 }],
    ['1 and 22', 'none'],
    ['22', '[invalid]'],
  ],
])('%j of %j is %j', ([steps, texts, expected]) => {
  expect(run(steps, texts)).toEqual(expected);
});

test.for<[string, string]>([
  ['The answer is (B).', '(B)'],
  ['I think Guilty of Romance it is', '(B)'],
  ['guilty!', '(A)'],
  ['my choice: C', '(C)'],
  ['no idea', '[invalid]'],
])('multi_choice_regex reads %j as %s', ([text, expected]) => {
  const step = {
    function: 'multi_choice_regex',
    regex_pattern: '(\\([A-Z]\\))',
    ignore_case: true,
    ignore_punctuation: true,
  };
  expect(run([step], [text], { choices: ['Guilty', 'Guilty of Romance', 'Neither'] })).toEqual([expected]);
});

test.for<[object, string, RegExp]>([
  [{ function: 'take_first_k', k: 3 }, 'invalid-spec', /takes 3 answers, repeats is 1/],
  [{ function: 'majority', k: 3 }, 'unsupported', /unknown filter "majority"/],
  [{ function: 'lowercase', k: 3 }, 'invalid-spec', /the filter "lowercase": .*Unrecognized key: "k"/],
  [{ function: 'regex', regex: 'x' }, 'invalid-spec', /the filter "regex": .*Unrecognized key: "regex"/],
])('%j is refused', ([step, code, message]) => {
  const making = () => run([step], ['x'], {}, 1);
  expect(making).toThrow(message);
  expect(making).toThrow(expect.objectContaining({ code }) as Error);
});
