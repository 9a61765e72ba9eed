import { ratioStatistic, sumStatistic, type CorpusStatistic } from '../../statistics/corpus-statistic.ts';
import { bleuOfSums } from './bleu.ts';
import { chrfOfSums } from './chrf.ts';
import { f1Statistic, matthewsStatistic } from './classification.ts';
import { medianStatistic } from './median.ts';
import { terOfSums } from './ter.ts';

type Columns = readonly (readonly number[])[];

/** How documents make a corpus's number. */
export interface Aggregation {
  statistic(columns: Columns): CorpusStatistic;
  /** How lm-eval finds its standard error: s/√n, a bootstrap of so many resamples, or not at all. */
  standardError: 'mean' | { bootstrap: number } | undefined;
  /** Aggregations of one group read the same columns: an entry of metric_list may name another of them. */
  group?: string;
}

/** lm-eval's `bootstrap_iters`, which for BLEU, chrF and TER it caps. */
const BOOTSTRAP = { bootstrap: 100_000 };
const CAPPED = { bootstrap: 100 };

// A broken model's perplexity may overflow, and JSON knows no infinity.
const perplexity = (ratio: number) => Math.min(Math.exp(-ratio), Number.MAX_VALUE);
const ratio =
  (transform?: (ratio: number) => number): Aggregation['statistic'] =>
  ([numerators, denominators]) =>
    ratioStatistic({
      numerators: numerators!,
      ...(denominators === undefined ? {} : { denominators }),
      ...(transform === undefined ? {} : { transform }),
    });
const sums =
  (value: (sums: readonly number[]) => number): Aggregation['statistic'] =>
  (columns) =>
    sumStatistic(columns, value);

/** By lm-eval's names. */
export const AGGREGATIONS = {
  mean: { statistic: ratio(), standardError: 'mean', group: 'scores' },
  median: { statistic: ([values]) => medianStatistic(values!), standardError: BOOTSTRAP, group: 'scores' },
  // A custom aggregation of ifeval, which lm-eval gives no standard error.
  agg_inst_level_acc: { statistic: ratio(), standardError: undefined },
  perplexity: { statistic: ratio(perplexity), standardError: BOOTSTRAP },
  weighted_perplexity: { statistic: ratio(perplexity), standardError: undefined },
  bits_per_byte: { statistic: ratio((nats) => -nats / Math.LN2), standardError: undefined },
  brier_score: { statistic: ratio(), standardError: undefined },
  f1: { statistic: f1Statistic('binary'), standardError: BOOTSTRAP, group: 'f1' },
  macro_f1_score: { statistic: f1Statistic('macro'), standardError: undefined, group: 'f1' },
  weighted_f1_score: { statistic: f1Statistic('weighted'), standardError: undefined, group: 'f1' },
  matthews_corrcoef: { statistic: matthewsStatistic, standardError: BOOTSTRAP },
  bleu: { statistic: sums(bleuOfSums), standardError: CAPPED },
  chrf: { statistic: sums(chrfOfSums), standardError: CAPPED },
  'chrf++': { statistic: sums(chrfOfSums), standardError: CAPPED },
  ter: { statistic: sums(terOfSums), standardError: CAPPED },
} satisfies Record<string, Aggregation>;

export type AggregationName = keyof typeof AGGREGATIONS;
