import type { CorpusStatistic } from '../../statistics/corpus-statistic.ts';

/** lm-eval's median: the upper one of the two in the middle where their number is even. */
export function medianStatistic(values: readonly number[]): CorpusStatistic {
  const ascending = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const middle = (n: number) => Math.floor(n / 2);
  return {
    documents: values.length,
    value: (counts) => {
      let below = 0;
      for (const i of ascending) {
        below += counts === undefined ? 1 : counts[i]!;
        if (below > middle(values.length)) return values[i]!;
      }
      return Number.NaN;
    },
    leaveOneOut: () => {
      const without = new Float64Array(values.length);
      const at = middle(values.length - 1);
      // Without one that stands before the middle all after it move up by one place.
      ascending.forEach((i, rank) => (without[i] = values[ascending[rank <= at ? at + 1 : at]!]!));
      return without;
    },
  };
}
