import { unevenLosses, type Category, type Measurement, type Metrics } from '@quantloop/core';
import { expect, test } from 'vitest';
import {
  adjustOverTasks,
  categoryOf,
  knownRecoveryMetrics,
  pairedProportions,
  proportionInterval,
  recoveryMetrics,
} from '../../../src/index.ts';

/** A task of 600 documents of which the baseline has `right` and the candidate `kept`, all of them among those. */
function task(right: number, kept: number): Measurement {
  const flags = (count: number) => Array.from({ length: 600 }, (_, i) => (i < count ? 1 : 0));
  return {
    ...proportionInterval(kept, 600),
    unit: 'fraction',
    n: 600,
    higherIsBetter: true,
    convention: 'lm-eval',
    versusBaseline: pairedProportions(flags(kept), flags(right)),
  };
}

const TASKS = [
  { name: 'gsm8k', right: 300, kept: 200 },
  { name: 'arc_easy', right: 400, kept: 394 },
  { name: 'hellaswag', right: 400, kept: 392 },
  { name: 'sciq', right: 500, kept: 475 },
] as const;
const scored = TASKS.map(({ name }) => ({ category: categoryOf(name), metric: `${name}.acc` }));
const metrics: Metrics = adjustOverTasks(
  Object.fromEntries(TASKS.map(({ name, right, kept }) => [`${name}.acc`, task(right, kept)])),
  scored.map(({ metric }) => metric),
);

test('mathematics falls by a third, the mean by a tenth: told by category, by the worst task, and named', () => {
  const recovery = recoveryMetrics({ tasks: scored, metrics, isBaseline: false });
  const rounded = Object.fromEntries(
    Object.entries(recovery).map(([name, { value, low, high, n }]) => [
      name,
      [value, low, high].map((bound) => bound.toFixed(3)).join(' ') + ` of ${n}`,
    ]),
  );
  expect(rounded).toMatchInlineSnapshot(`
    {
      "recovery.knowledge": "0.950 0.931 0.969 of 1",
      "recovery.mathematics": "0.667 0.615 0.722 of 1",
      "recovery.mean": "0.895 0.881 0.911 of 4",
      "recovery.reasoning": "0.982 0.973 0.992 of 2",
      "recovery.worst": "0.667 0.615 0.722 of 4",
    }
  `);
  expect(unevenLosses({ ...metrics, ...recovery }).map(({ metric }) => metric)).toEqual(['gsm8k.acc']);
});

test('Holm counts the tasks: what one of twenty loses by chance is no finding', () => {
  const twenty = Array.from({ length: 20 }, (_, i) => `task${i}.acc`);
  const lost = (i: number) => (i === 0 ? { right: 300, kept: 294 } : { right: 300, kept: 300 });
  const all = Object.fromEntries(twenty.map((name, i) => [name, task(lost(i).right, lost(i).kept)]));
  const first = adjustOverTasks(all, twenty)['task0.acc']!.versusBaseline!;
  expect(first.pValue).toBeLessThan(0.05);
  expect(first.adjustedPValue).toBeCloseTo(20 * first.pValue!, 12);
  expect(adjustOverTasks(all, ['task0.acc'])['task0.acc']!.versusBaseline!.adjustedPValue).toBe(first.pValue);
});

test('the baseline keeps all by definition; of a task that it cannot do nothing can be kept', () => {
  const own = recoveryMetrics({ tasks: scored, metrics, isBaseline: true });
  expect(Object.values(own).every(({ value, low, high }) => value === 1 && low === 1 && high === 1)).toBe(
    true,
  );
  const hopeless = recoveryMetrics({
    tasks: [{ category: 'code', metric: 'humaneval.acc' }],
    metrics: { 'humaneval.acc': task(0, 3) },
    isBaseline: false,
  });
  expect(hopeless).toEqual({});
});

test.for<[string, Category]>([
  ['gsm8k_cot', 'mathematics'],
  ['mmlu_high_school_mathematics', 'knowledge'],
  ['arc_challenge_val', 'reasoning'],
  ['wikitext2_pages', 'language'],
  ['ifeval', 'instruction'],
  ['mbpp', 'code'],
  ['house_style', 'other'],
])('%s asks for %s', ([name, category]) => {
  expect(categoryOf(name)).toBe(category);
});

test('a campaign knows which of these it will measure', () => {
  expect(knownRecoveryMetrics(['code', 'other', 'code']).map(({ name }) => name)).toEqual([
    'recovery.mean',
    'recovery.worst',
    'recovery.code',
    'recovery.other',
  ]);
  expect(knownRecoveryMetrics([])).toEqual([]);
});
