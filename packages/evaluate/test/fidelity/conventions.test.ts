import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactMatcher } from '../../src/fidelity/metrics/exact-match.ts';
import { makeFilter } from '../../src/fidelity/tasks/filters.ts';
import { countBytes, countCharacters, countWords, strip } from '../../src/fidelity/tasks/python-text.ts';
import { rollingWindows } from '../../src/fidelity/tasks/rolling-windows.ts';
import { tokenWindows } from '../../src/fidelity/divergence/token-windows.ts';

describe('rolling windows', () => {
  test('ten tokens, four at once: (P | 1 2 3 4), (4 | 5 6 7 8), (6 7 8 | 9 10)', () => {
    const windows = rollingWindows([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0, 4);
    expect(windows).toEqual([
      { tokens: [0, 1, 2, 3, 4], from: 1 },
      { tokens: [4, 5, 6, 7, 8], from: 1 },
      { tokens: [6, 7, 8, 9, 10], from: 3 },
    ]);
  });

  test('every token is scored once, in order, and no window is longer than the model reads', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer({ min: 1, max: 30 }), (n, maxLength) => {
        const tokens = Array.from({ length: n }, (_, i) => i + 1);
        const windows = rollingWindows(tokens, 0, maxLength);
        expect(windows.flatMap((window) => window.tokens.slice(window.from))).toEqual(tokens);
        for (const window of windows) expect(window.tokens.length).toBeLessThanOrEqual(maxLength + 1);
      }),
    );
  });
});

test('divergence windows hold exactly the tokens asked for, or all there are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(700), { maxLength: 6 }),
      fc.integer({ min: 1, max: 2000 }),
      (lengths, tokens) => {
        const texts = lengths.map((length) => 'x'.repeat(length));
        const windows = tokenWindows({
          texts,
          encode: (text) => [...text].map((_, i) => i),
          tokens,
          maxLength: 100,
        });
        const total = lengths.reduce((sum, length) => sum + length, 0);
        expect(windows.flat().length).toBe(Math.min(tokens, total));
        for (const window of windows) expect(window.length).toBeLessThanOrEqual(100);
      },
    ),
  );
});

test.for([
  ['a b  c', 3],
  [' a ', 3],
  ['', 1],
  ['a\u00a0b\u0085c', 3],
] as const)('%j has %d words as Python splits it', ([text, words]) => {
  expect(countWords(text)).toBe(words);
});

test('lengths are code points and UTF-8 bytes', () => {
  expect([countCharacters('né😀'), countBytes('né😀')]).toEqual([3, 7]);
  expect(strip('\u0085 a\ufeff\n')).toBe('a\ufeff');
});

describe('answers', () => {
  const regex = (step: Record<string, unknown>) =>
    makeFilter(
      { name: 'f', filter: [{ function: 'regex', ...step }, { function: 'take_first' }] },
      'task.yaml',
      { task: 'gsm8k', dataset_path: 'json', repeats: 1 },
    );
  const strict = regex({ regex_pattern: '#### (\\-?[0-9\\.\\,]+)' });
  const flexible = regex({ regex_pattern: '(-?[$0-9.,]{2,})|(-?[0-9]+)', group_select: -1 });

  test.for([
    ['so 5\n#### 1,234 ', '1,234', '1,234'],
    ['it is 7', '[invalid]', '7'],
    ['costs $18.50 or 3', '[invalid]', '3'],
    ['none', '[invalid]', '[invalid]'],
  ])('%j is read as %j strictly and %j flexibly', ([text, first, second]) => {
    expect([...strict([text!], {}), ...flexible([text!], {})]).toEqual([first, second]);
  });

  test('GSM8K’s comparison ignores commas, the dollar sign, the reasoning and a final dot', () => {
    const matches = exactMatcher(
      {
        metric: 'exact_match',
        use_stemmer: false,
        k: [1],
        ignore_case: true,
        ignore_punctuation: false,
        ignore_numbers: false,
        regexes_to_ignore: [',', '\\$', '(?s).*#### ', '\\.$'],
      },
      'task.yaml',
    );
    expect(matches('$1,234.', 'First\nthen\n#### 1234')).toBe(true);
    expect(matches('[Invalid]', '[invalid]')).toBe(true);
    expect(matches('1235', '#### 1234')).toBe(false);
  });
});
