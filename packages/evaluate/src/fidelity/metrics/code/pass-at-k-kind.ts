import { QuantloopError } from '@quantloop/core';
import type { Judge, MetricKind, TaskMetric } from '../metric-kind.ts';
import { passAtK } from './pass-at-k.ts';
import { runAnswer } from './run-answer.ts';

const pass: Omit<TaskMetric, 'columns'> = { aggregation: 'mean', unit: 'fraction', higherIsBetter: true };

/**
 * Programs as answers, run with the target, which holds their tests, after them: `pass@k` for each k of the entry. It
 * runs what a model wrote, so that tasks with it are refused unless the user has agreed.
 */
export const PASS_AT_K: MetricKind = {
  runsCode: true,
  options: ['k'],
  metrics: ({ k }) => Object.fromEntries(k.map((of) => [`pass@${of}`, { ...pass, columns: [`pass@${of}`] }])),
  judges: { generate_until: ({ k }, place) => judge(k, place, (of) => `pass@${of}`) },
};

/** MBPP's name for pass@1. */
export const PASS_AT_1: MetricKind = {
  runsCode: true,
  metrics: () => ({ pass_at_1: { ...pass, columns: ['pass_at_1'] } }),
  judges: { generate_until: (_entry, place) => judge([1], place, () => 'pass_at_1') },
};

function judge(k: readonly number[], place: string, column: (k: number) => string): Judge<'generate_until'> {
  return async ({ answers, targets }) => {
    const most = Math.max(...k);
    if (most > answers.length) {
      throw new QuantloopError({
        code: 'invalid-spec',
        message: `${place}: pass@${most} needs ${most} answers to a question, the task asks for ${answers.length}`,
        hint: `Set repeats: ${most}, with sampling in generation_kwargs, or ask for a lower k.`,
      });
    }
    const runs = [];
    for (const answer of answers) runs.push(await runAnswer(`${answer}\n${targets[0]!}`));
    const right = runs.filter(({ passed }) => passed).length;
    return Object.fromEntries(k.map((of) => [column(of), passAtK(answers.length, right, of)]));
  };
}
