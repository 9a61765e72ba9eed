import type { Comparison, Estimate } from '@quantloop/core';
import { bcaInterval, bcaPValue, type Bootstrapped } from './bca.ts';
import { REPLICATES, resample } from './resample.ts';

/** A statistic of a corpus: `transform(Σ numerator / Σ denominator)`, as perplexities and means are. */
export interface CorpusStatistic {
  /** One value a document. */
  numerators: readonly number[];
  /** One value a document: words, bytes, tokens, or 1. */
  denominators: readonly number[];
  transform: (ratio: number) => number;
}

/** The statistic with its 95 % BCa interval from a bootstrap over documents. */
export function corpusInterval(statistic: CorpusStatistic, seed: number): Estimate {
  const value = evaluate(statistic);
  const n = statistic.numerators.length;
  if (n <= 1) return { value, low: value, high: value };
  const replicates = new Float64Array(REPLICATES);
  resample({ n, seed, visit: (counts, r) => (replicates[r] = evaluate(statistic, counts)) });
  return bcaInterval({ value, replicates, jackknife: leaveOneOut(statistic) });
}

/**
 * Candidate against baseline on the same documents: each replicate draws documents once and evaluates both models
 * on them, so that what makes a document hard for both cancels. `pValue` is that of no difference.
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
  const [ours, theirs] = [evaluate(candidate), evaluate(baseline)];
  const value = { difference: ours - theirs, ratio: ratioOf(ours, theirs) };
  const test = 'paired-bootstrap';
  if (n === 1) return { difference: exactly(value.difference), ratio: exactly(value.ratio), pairs: 1, test };
  const replicates = { difference: new Float64Array(REPLICATES), ratio: new Float64Array(REPLICATES) };
  resample({
    n,
    seed,
    visit: (counts, r) => {
      const [drawn, drawnTheirs] = [evaluate(candidate, counts), evaluate(baseline, counts)];
      replicates.difference[r] = drawn - drawnTheirs;
      replicates.ratio[r] = ratioOf(drawn, drawnTheirs);
    },
  });
  const [without, withoutTheirs] = [leaveOneOut(candidate), leaveOneOut(baseline)];
  const jackknife = {
    difference: without.map((one, i) => one - withoutTheirs[i]!),
    ratio: without.map((one, i) => ratioOf(one, withoutTheirs[i]!)),
  };
  const bootstrapped = (of: 'difference' | 'ratio'): Bootstrapped => ({
    value: value[of],
    replicates: replicates[of],
    jackknife: jackknife[of],
  });
  return {
    difference: bcaInterval(bootstrapped('difference')),
    ratio: bcaInterval(bootstrapped('ratio')),
    pairs: n,
    test,
    pValue: bcaPValue(bootstrapped('difference'), 0),
  };
}

/** The statistic on a resample; without counts on the corpus itself. */
function evaluate(statistic: CorpusStatistic, counts?: Uint32Array): number {
  let numerator = 0;
  let denominator = 0;
  for (let i = 0; i < statistic.numerators.length; i++) {
    const weight = counts === undefined ? 1 : counts[i]!;
    numerator += weight * statistic.numerators[i]!;
    denominator += weight * statistic.denominators[i]!;
  }
  return statistic.transform(numerator / denominator);
}

/** The statistic without each of the documents. */
function leaveOneOut({ numerators, denominators, transform }: CorpusStatistic): Float64Array {
  const numerator = numerators.reduce((sum, one) => sum + one, 0);
  const denominator = denominators.reduce((sum, one) => sum + one, 0);
  return Float64Array.from(numerators, (one, i) =>
    transform((numerator - one) / (denominator - denominators[i]!)),
  );
}

/** Nothing against nothing is equal; a ratio to zero is bounded to stay a number in JSON. */
function ratioOf(ours: number, theirs: number): number {
  if (theirs !== 0) return ours / theirs;
  return ours === 0 ? 1 : Number.MAX_VALUE;
}

const exactly = (value: number): Estimate => ({ value, low: value, high: value });
