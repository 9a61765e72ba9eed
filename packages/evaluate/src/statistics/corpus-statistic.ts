import type { Comparison, Estimate } from '@quantloop/core';
import { bcaInterval, bcaPValue, type Bootstrapped } from './bca.ts';
import { REPLICATES, resample } from './resample.ts';

/** A number that a corpus has as a whole: a mean, a perplexity, a BLEU. */
export interface CorpusStatistic {
  documents: number;
  /** Of the corpus, or of a resample of it in which document i stands `counts[i]` times. */
  value(counts?: Uint32Array): number;
  /** Of the corpus without each of its documents. */
  leaveOneOut(): Float64Array;
}

/** A statistic that follows from sums over documents of what is known of each: of one column a sum. */
export function sumStatistic(
  columns: readonly (readonly number[])[],
  value: (sums: readonly number[]) => number,
): CorpusStatistic {
  const documents = columns[0]?.length ?? 0;
  const sum = (column: readonly number[], counts?: Uint32Array) => {
    let total = 0;
    if (counts === undefined) for (let i = 0; i < documents; i++) total += column[i]!;
    else for (let i = 0; i < documents; i++) total += counts[i]! * column[i]!;
    return total;
  };
  return {
    documents,
    value: (counts) => value(columns.map((column) => sum(column, counts))),
    leaveOneOut: () => {
      const totals = columns.map((column) => sum(column));
      return Float64Array.from({ length: documents }, (_, i) =>
        value(totals.map((total, column) => total - columns[column]![i]!)),
      );
    },
  };
}

/** `transform(Σ numerator / Σ denominator)`: a ratio of sums, not the mean of ratios. */
export function ratioStatistic(options: {
  /** One value a document. */
  numerators: readonly number[];
  /** One value a document: words, bytes, tokens; by default 1. */
  denominators?: readonly number[];
  transform?: (ratio: number) => number;
}): CorpusStatistic {
  const { numerators, denominators = numerators.map(() => 1), transform = (ratio) => ratio } = options;
  return sumStatistic([numerators, denominators], ([above, below]) => transform(above! / below!));
}

/** The statistic with its 95 % BCa interval from a bootstrap over documents. */
export function corpusInterval(statistic: CorpusStatistic, seed: number): Estimate {
  const value = statistic.value();
  const n = statistic.documents;
  if (n <= 1) return { value, low: value, high: value };
  const replicates = new Float64Array(REPLICATES);
  resample({ n, seed, visit: (counts, r) => (replicates[r] = statistic.value(counts)) });
  return bcaInterval({ value, replicates, jackknife: statistic.leaveOneOut() });
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
  const n = candidate.documents;
  if (n !== baseline.documents || n === 0) {
    throw new RangeError(`cannot pair ${n} with ${baseline.documents} documents`);
  }
  const [ours, theirs] = [candidate.value(), baseline.value()];
  const value = { difference: ours - theirs, ratio: ratioOf(ours, theirs) };
  const test = 'paired-bootstrap';
  if (n === 1) return { difference: exactly(value.difference), ratio: exactly(value.ratio), pairs: 1, test };
  const replicates = { difference: new Float64Array(REPLICATES), ratio: new Float64Array(REPLICATES) };
  resample({
    n,
    seed,
    visit: (counts, r) => {
      const [drawn, drawnTheirs] = [candidate.value(counts), baseline.value(counts)];
      replicates.difference[r] = drawn - drawnTheirs;
      replicates.ratio[r] = ratioOf(drawn, drawnTheirs);
    },
  });
  const [without, withoutTheirs] = [candidate.leaveOneOut(), baseline.leaveOneOut()];
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

/** Nothing against nothing is equal; a ratio to zero is bounded to stay a number in JSON. */
function ratioOf(ours: number, theirs: number): number {
  if (theirs !== 0) return ours / theirs;
  return ours === 0 ? 1 : Number.MAX_VALUE;
}

const exactly = (value: number): Estimate => ({ value, low: value, high: value });
