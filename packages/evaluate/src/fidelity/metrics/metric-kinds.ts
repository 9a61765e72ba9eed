import { BLEU_COLUMNS, bleuCounts } from './bleu.ts';
import { CHRF_COLUMNS, CHRFPP_COLUMNS, chrfCounts } from './chrf.ts';
import { CHOICE_JUDGES } from './choice-judges.ts';
import { PASS_AT_1, PASS_AT_K } from './code/pass-at-k-kind.ts';
import { exactMatcher } from './exact-match.ts';
import type { AnswerOutcome, MetricKind, TaskMetric, Values } from './metric-kind.ts';
import { IFEVAL_KINDS } from './ifeval/ifeval-kinds.ts';
import { ROUGE_NAMES, rouge, type RougeName } from './rouge.ts';
import { TER_COLUMNS, terCounts } from './ter.ts';

const score = { unit: 'fraction', higherIsBetter: true } as const;
const accuracy = (column: string): TaskMetric => ({
  columns: [column],
  aggregation: 'mean',
  ...score,
  binary: true,
});
const perplexity = { unit: 'perplexity', higherIsBetter: false } as const;
/** A scale from 0 to 100. */
const points = { unit: 'points', higherIsBetter: true } as const;

const acc: MetricKind = {
  metrics: () => ({ acc: accuracy('acc') }),
  judges: {
    multiple_choice: CHOICE_JUDGES.acc,
    loglikelihood:
      () =>
      ({ greedy }) => ({ acc: greedy ? 1 : 0 }),
  },
};

function choices(name: keyof typeof CHOICE_JUDGES, metric: TaskMetric): MetricKind {
  return { metrics: () => ({ [name]: metric }), judges: { multiple_choice: CHOICE_JUDGES[name] } };
}

/** A metric of sums over documents: its name is lm-eval's name of the aggregation too. */
function counted(
  name: 'bleu' | 'chrf' | 'chrf++' | 'ter',
  columns: readonly string[],
  count: (answer: string, references: readonly string[]) => number[],
): MetricKind {
  const higherIsBetter = name !== 'ter';
  return {
    metrics: () => ({ [name]: { columns, aggregation: name, ...points, higherIsBetter } }),
    judges: {
      generate_until:
        () =>
        ({ answers, targets }) =>
          Object.fromEntries(count(answers[0]!, targets).map((value, i) => [columns[i]!, value])),
    },
  };
}

function rouges(names: readonly RougeName[]): MetricKind {
  return {
    options: ['use_stemmer'],
    metrics: () =>
      Object.fromEntries(names.map((name) => [name, { columns: [name], aggregation: 'mean', ...score }])),
    judges: {
      generate_until:
        ({ use_stemmer }) =>
        ({ answers, targets }: AnswerOutcome): Values =>
          Object.fromEntries(
            names.map((name) => [name, rouge(name, answers[0]!, targets, { stemmer: use_stemmer })]),
          ),
    },
  };
}

function rolling(
  name: 'word_perplexity' | 'byte_perplexity' | 'bits_per_byte',
  length: 'words' | 'bytes',
): MetricKind {
  const metric: TaskMetric = {
    columns: ['loglikelihood', length],
    ...(name === 'bits_per_byte'
      ? { aggregation: 'bits_per_byte', unit: 'bits/byte', higherIsBetter: false }
      : { aggregation: 'weighted_perplexity', ...perplexity }),
  };
  return {
    metrics: () => ({ [name]: metric }),
    judges: { loglikelihood_rolling: () => (outcome) => ({ ...outcome }) },
  };
}

/** The metrics of lm-eval that are computed here, by the name an entry of metric_list gives. */
export const METRIC_KINDS: Readonly<Record<string, MetricKind>> = {
  acc,
  acc_norm: choices('acc_norm', accuracy('acc_norm')),
  acc_bytes: choices('acc_bytes', accuracy('acc_bytes')),
  acc_mutual_info: { ...choices('acc_mutual_info', accuracy('acc_mutual_info')), unconditional: true },
  f1: choices('f1', { columns: ['gold', 'predicted'], aggregation: 'f1', ...score }),
  mcc: choices('mcc', {
    columns: ['gold', 'predicted'],
    aggregation: 'matthews_corrcoef',
    unit: 'correlation',
    higherIsBetter: true,
  }),
  brier_score: choices('brier_score', {
    columns: ['brier_score'],
    aggregation: 'brier_score',
    unit: 'squared error',
    higherIsBetter: false,
  }),
  exact_match: {
    options: ['ignore_case', 'ignore_punctuation', 'ignore_numbers', 'regexes_to_ignore'],
    metrics: () => ({ exact_match: accuracy('exact_match') }),
    judges: {
      multiple_choice: CHOICE_JUDGES.exact_match,
      generate_until: (entry, place) => {
        const equal = exactMatcher(entry, place);
        return ({ answers, targets }) => ({
          exact_match: targets.some((target) => equal(answers[0]!, target)) ? 1 : 0,
        });
      },
    },
  },
  perplexity: {
    metrics: () => ({
      perplexity: { columns: ['loglikelihood'], aggregation: 'perplexity', ...perplexity },
    }),
    judges: {
      loglikelihood:
        () =>
        ({ loglikelihood }) => ({ loglikelihood }),
    },
  },
  word_perplexity: rolling('word_perplexity', 'words'),
  byte_perplexity: rolling('byte_perplexity', 'bytes'),
  bits_per_byte: rolling('bits_per_byte', 'bytes'),
  bleu: counted('bleu', BLEU_COLUMNS, bleuCounts),
  chrf: counted('chrf', CHRF_COLUMNS, (answer, references) => chrfCounts(answer, references, false)),
  'chrf++': counted('chrf++', CHRFPP_COLUMNS, (answer, references) => chrfCounts(answer, references, true)),
  ter: counted('ter', TER_COLUMNS, terCounts),
  // Hugging Face's `evaluate` gives all four under this one name.
  rouge: rouges(ROUGE_NAMES),
  ...IFEVAL_KINDS,
  pass_at_k: PASS_AT_K,
  pass_at_1: PASS_AT_1,
  ...Object.fromEntries(ROUGE_NAMES.map((name) => [name, rouges([name])])),
};
