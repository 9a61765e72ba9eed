import { expect, test } from 'vitest';
import { drawShots } from '../../../src/fidelity/tasks/few-shot/draw-shots.ts';
import { makeTask } from '../../../src/fidelity/tasks/load-task.ts';
import { parseTask } from '../../../src/fidelity/tasks/definition/parse-task.ts';
import { PythonRandom } from '../../../src/statistics/python-random.ts';

// python3 -c "import random; r = random.Random(1234); print([r.sample(range(n), k) for n, k in [(100, 3), …]])"
const DRAWN: [number, number, number[]][] = [
  [100, 3, [99, 56, 14]],
  [10, 5, [0, 1, 9, 5, 6]],
  [7473, 5, [687, 806, 6279, 2905, 1939]],
  [86, 6, [2, 3, 44, 82, 79, 61]],
  [85, 6, [78, 59, 19, 11, 23, 14]],
  [
    300,
    25,
    [
      7, 257, 249, 127, 33, 277, 238, 35, 45, 263, 296, 23, 138, 284, 32, 154, 246, 181, 136, 102, 232, 271,
      9, 260, 36,
    ],
  ],
];

test('samples are Python’s, one after the other from one generator', () => {
  const random = new PythonRandom(1234);
  for (const [n, k, expected] of DRAWN) expect(random.sample(n, k), `${k} of ${n}`).toEqual(expected);
  expect(() => random.sample(3, 4)).toThrow(RangeError);
});

const numbers = (n: number) => Array.from({ length: n }, (_, i) => ({ n: i }));

test('a document is never its own example where the split is its own', () => {
  const documents = numbers(12);
  const pool = { documents, sampler: 'default' as const, excludesEvaluated: true };
  const shots = drawShots({ pool, count: 11, documents, task: 'tiny' });
  shots.forEach((drawn, i) => expect(drawn.map(({ n }) => n)).not.toContain(i));
});

test.for(['default', 'first_n'] as const)('a pool that is too small is refused by %s', (sampler) => {
  const documents = numbers(3);
  const pool = { documents, sampler, excludesEvaluated: true };
  expect(() => drawShots({ pool, count: 3, documents, task: 'tiny' })).toThrow(
    /tiny: 3 examples a prompt are asked for, the split they come from has [23] to draw from/,
  );
});

test('an example whose answer is no text is refused, with the way out', () => {
  const definition = parseTask(
    { task: 'tiny', dataset_path: 'json', test_split: 'test', doc_to_text: 'q', doc_to_target: 'n' },
    'tiny.yaml',
  );
  const task = makeTask(definition, 'tiny.yaml');
  expect(() => task.prompt({ q: 'Q', n: 1 }, 0, [{ q: 'Q', n: 2 }])).toThrow(
    'tiny.yaml: the answer of an example is 2, expected text',
  );
});
