import { Fault, type Answer, type Metrics, type PromptAnswers } from '@quantloop/core';
import { pairedProportions } from '../../statistics/paired-proportions.ts';
import { proportionInterval } from '../../statistics/proportion-interval.ts';

type Way = 'greedy' | 'sampled';
const PREFIX: Record<Way, string> = { greedy: 'prompts', sampled: 'prompts.sampled' };

/** Shares of the answers: with each fault, and equal to the baseline's token by token. */
export function metricsOfAnswers(
  { answers }: Pick<PromptAnswers, 'answers'>,
  baseline: Pick<PromptAnswers, 'answers'> | undefined,
): Metrics {
  const ways: readonly Way[] = answers.every(({ sampled }) => sampled === undefined)
    ? ['greedy']
    : ['greedy', 'sampled'];
  return Object.assign(
    {},
    ...ways.map((way) => {
      const theirs = baseline?.answers.map((one) => one[way]!);
      return metricsOf(
        PREFIX[way],
        answers.map((one) => one[way]!),
        theirs,
      );
    }),
  ) as Metrics;
}

function metricsOf(
  prefix: string,
  answers: readonly Answer[],
  baseline: readonly Answer[] | undefined,
): Metrics {
  const n = answers.length;
  const identical = answers.map(({ difference }) => Number(difference === undefined));
  const shared = { unit: 'fraction', convention: 'quantloop' };
  const metrics: Metrics = {
    [`${prefix}.identical`]: {
      // The baseline is itself by definition, nothing was sampled.
      ...(baseline === undefined ? { value: 1, low: 1, high: 1, n: 0 } : { ...share(identical), n }),
      ...shared,
      higherIsBetter: true,
    },
  };
  for (const fault of Fault.options) {
    const flags = (some: readonly Answer[]) => some.map(({ faults }) => Number(faults.includes(fault)));
    metrics[`${prefix}.${fault}`] = {
      ...share(flags(answers)),
      ...shared,
      n,
      higherIsBetter: false,
      ...(baseline !== undefined && {
        versusBaseline: pairedProportions(flags(answers), flags(baseline)),
      }),
    };
  }
  return metrics;
}

const share = (flags: readonly number[]) =>
  proportionInterval(
    flags.reduce((sum, flag) => sum + flag, 0),
    flags.length,
  );
