import { describe, expect, test } from 'vitest';
import { CHOICE_JUDGES } from '../../../src/fidelity/metrics/choice-judges.ts';
import type { ChoiceOutcome, MakeJudge, Values } from '../../../src/fidelity/metrics/metric-kind.ts';
import { MetricEntry } from '../../../src/fidelity/tasks/task-definition.ts';

const outcome: ChoiceOutcome = {
  document: {},
  choices: ['no', 'certainly', 'né'],
  loglikelihoods: [-4, -9, -5],
  unconditional: [-2, -12, -5],
  greedy: [false, true, false],
  gold: [1],
};

const judge = (name: keyof typeof CHOICE_JUDGES, changes: Partial<ChoiceOutcome> = {}) =>
  (CHOICE_JUDGES[name] as MakeJudge<'multiple_choice'>)(
    MetricEntry.parse({ metric: name }),
    'task.yaml',
  )({ ...outcome, ...changes }) as Values;

describe('a question with three choices', () => {
  test.for([
    ['acc', 0],
    ['acc_norm', 1],
    // -4/2, -9/9, -5/3.
    ['acc_bytes', 1],
    // -2, 3, 0.
    ['acc_mutual_info', 1],
    ['exact_match', 1],
  ] as const)('has %s %d', ([name, value]) => expect(judge(name)).toEqual({ [name]: value }));

  test('lengths are of characters for acc_norm and of bytes for acc_bytes', () => {
    const close = { choices: ['abc', 'né'], loglikelihoods: [-3, -2.5], gold: [1] };
    expect(judge('acc_norm', close)).toEqual({ acc_norm: 0 });
    expect(judge('acc_bytes', close)).toEqual({ acc_bytes: 1 });
  });

  test('among equals the first is the answer, and any of several right ones counts', () => {
    expect(judge('acc', { loglikelihoods: [-1, -1, -3], gold: [0] })).toEqual({ acc: 1 });
    expect(judge('acc', { loglikelihoods: [-1, -1, -3], gold: [1, 2] })).toEqual({ acc: 0 });
    expect(judge('acc', { gold: [0, 2] })).toEqual({ acc: 1 });
  });

  test('the Brier score is the squared distance from certainty, and not moved by a common factor', () => {
    const [a, b, c] = [Math.exp(-4), Math.exp(-9), Math.exp(-5)];
    const total = a + b + c;
    const expected = (a / total) ** 2 + (b / total - 1) ** 2 + (c / total) ** 2;
    expect(judge('brier_score').brier_score).toBeCloseTo(expected, 12);
    const far = outcome.loglikelihoods.map((value) => value - 2000);
    expect(judge('brier_score', { loglikelihoods: far }).brier_score).toBeCloseTo(expected, 12);
  });

  test('without a right one among them is wrong by every metric', () => {
    expect(judge('acc', { gold: [] })).toEqual({ acc: 0 });
    expect(judge('exact_match', { gold: [] })).toEqual({ exact_match: 0 });
    expect(judge('f1', { gold: [] })).toEqual({ gold: -100, predicted: 0 });
  });

  test.for(['f1', 'mcc', 'brier_score'] as const)('with several right ones has no %s', (name) => {
    expect(() => judge(name, { gold: [0, 1] })).toThrow(/needs one right choice, a document has 2 \(0, 1\)/);
  });
});
