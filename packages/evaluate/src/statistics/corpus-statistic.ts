import type { Comparison, Estimate } from '@quantloop/core';
import { quantile } from './quantile.ts';
import { REPLICATES, resample } from './resample.ts';

/** A statistic of a corpus: `transform(Σ numerator / Σ denominator)`, as perplexities and means are. */
export interface CorpusStatistic {
  /** One value a document. */
  numerators: readonly number[];
  /** One value a document: words, bytes, tokens, or 1. */
  denominators: readonly number[];
  transform: (ratio: number) => number;
}

/** The statistic with its 95 % percentile interval from a bootstrap over documents. */
export function corpusInterval(statistic: CorpusStatistic, seed: number): Estimate {
  const value = evaluate(statistic);
  const n = statistic.numerators.length;
  if (n <= 1) return { value, low: value, high: value };
  const replicates = new Float64Array(REPLICATES);
  resample({ n, seed, visit: (counts, r) => (replicates[r] = evaluate(statistic, counts)) });
  return bounds(value, replicates);
}

/**
 * Candidate against baseline on the same documents: each replicate draws documents once and evaluates both models
 * on them, so that what makes a document hard for both cancels.
 *
 * @throws RangeError where the numbers of documents differ, or there are none.
 */
export function pairedCorpus(
  candidate: CorpusStatistic,
  baseline: CorpusStatistic,
  seed: number,
): Comparison {
  const n = candidate.numerators.length;
  if (n !== baseline.numerators.length || n === 0) {
    throw new RangeError(`cannot pair ${n} with ${baseline.numerators.length} documents`);
  }
  const differences = new Float64Array(REPLICATES);
  const ratios = new Float64Array(REPLICATES);
  resample({
    n,
    seed,
    visit: (counts, r) => {
      const ours = evaluate(candidate, counts);
      const theirs = evaluate(baseline, counts);
      differences[r] = ours - theirs;
      ratios[r] = ours / theirs;
    },
  });
  const ours = evaluate(candidate);
  const theirs = evaluate(baseline);
  return {
    difference: bounds(ours - theirs, n <= 1 ? undefined : differences),
    ratio: bounds(ours / theirs, n <= 1 ? undefined : ratios),
    pairs: n,
    test: 'paired-bootstrap',
  };
}

/** The statistic on a resample; without counts on the corpus itself. */
export function evaluate(statistic: CorpusStatistic, counts?: Uint32Array): number {
  let numerator = 0;
  let denominator = 0;
  for (let i = 0; i < statistic.numerators.length; i++) {
    const weight = counts === undefined ? 1 : counts[i]!;
    numerator += weight * statistic.numerators[i]!;
    denominator += weight * statistic.denominators[i]!;
  }
  return statistic.transform(numerator / denominator);
}

function bounds(value: number, replicates: Float64Array | undefined): Estimate {
  if (replicates === undefined) return { value, low: value, high: value };
  return {
    value,
    low: Math.min(value, quantile(replicates, 0.025)),
    high: Math.max(value, quantile(replicates, 0.975)),
  };
}
