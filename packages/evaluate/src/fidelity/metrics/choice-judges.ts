import { QuantloopError } from '@quantloop/core';
import { countBytes, countCharacters } from '../tasks/python-text.ts';
import type { ChoiceOutcome, MakeJudge } from './metric-kind.ts';

/** lm-eval's label of a document whose answer is none of the choices. */
const NO_LABEL = -100;

/** The highest; among equals the first. */
const argmax = (values: readonly number[]) => values.indexOf(Math.max(...values));

const isRight = ({ gold }: ChoiceOutcome, values: readonly number[]) =>
  gold.includes(argmax(values)) ? 1 : 0;

const perLength = ({ choices, loglikelihoods }: ChoiceOutcome, length: (text: string) => number) =>
  loglikelihoods.map((value, i) => value / length(choices[i]!));

/** How lm-eval judges the choices of a question. */
export const CHOICE_JUDGES = {
  acc: () => (outcome) => ({ acc: isRight(outcome, outcome.loglikelihoods) }),
  acc_norm: () => (outcome) => ({ acc_norm: isRight(outcome, perLength(outcome, countCharacters)) }),
  acc_bytes: () => (outcome) => ({ acc_bytes: isRight(outcome, perLength(outcome, countBytes)) }),
  /** By how much the question makes a choice likelier: log p(choice | question) − log p(choice). */
  acc_mutual_info: () => (outcome) => {
    const gains = outcome.loglikelihoods.map((value, i) => value - outcome.unconditional![i]!);
    return { acc_mutual_info: isRight(outcome, gains) };
  },
  /** Whether greedy decoding would have written the right choice, whatever it thinks of the others. */
  exact_match: () => (outcome) => ({
    exact_match: outcome.gold.some((index) => outcome.greedy[index]!) ? 1 : 0,
  }),
  f1: labels,
  mcc: labels,
  /** Σ over choices of (p − [is right])², p the softmax of the log-likelihoods. */
  brier_score: (_entry, place) => (outcome) => {
    const gold = onlyGold(outcome, 'brier_score', place);
    const best = Math.max(...outcome.loglikelihoods);
    const weights = outcome.loglikelihoods.map((value) => Math.exp(value - best));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const error = weights.reduce((sum, weight, i) => sum + (weight / total - (i === gold ? 1 : 0)) ** 2, 0);
    return { brier_score: error };
  },
} satisfies Record<string, MakeJudge<'multiple_choice'>>;

function labels(...[entry, place]: Parameters<MakeJudge<'multiple_choice'>>) {
  return (outcome: ChoiceOutcome) => ({
    gold: onlyGold(outcome, entry.metric, place),
    predicted: argmax(outcome.loglikelihoods),
  });
}

function onlyGold({ gold }: ChoiceOutcome, metric: string, place: string): number {
  if (gold.length <= 1) return gold[0] ?? NO_LABEL;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${place}: ${metric} needs one right choice, a document has ${gold.length} (${gold.join(', ')})`,
    hint: 'Leave the metric out of metric_list.',
  });
}
