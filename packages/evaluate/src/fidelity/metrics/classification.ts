import { QuantloopError } from '@quantloop/core';
import type { CorpusStatistic } from '../../statistics/corpus-statistic.ts';

type Columns = readonly (readonly number[])[];

/** The label that scikit-learn's binary F1 is about. */
const POSITIVE = 1;

/** How often each label was right, was answered, and was both; labels in ascending order. */
interface Tally {
  labels: readonly number[];
  gold: Float64Array;
  predicted: Float64Array;
  hits: Float64Array;
}

/**
 * F1 of scikit-learn's `f1_score(gold, predicted)` from the columns gold and predicted: of the label 1, the plain mean
 * over all labels that occur, or that mean weighted by how often each is right. A label without hits counts 0.
 */
export function f1Statistic(average: 'binary' | 'macro' | 'weighted') {
  return (columns: Columns): CorpusStatistic => {
    const statistic = tallyStatistic(columns, average === 'binary' ? f1OfPositive : meanF1);
    if (average === 'binary') requireBinary(statistic.labels);
    return statistic;
  };

  function meanF1(tally: Tally): number {
    let [sum, total] = [0, 0];
    tally.gold.forEach((gold, label) => {
      if (gold + tally.predicted[label]! === 0) return;
      const weight = average === 'macro' ? 1 : gold;
      sum += weight * f1(tally, label);
      total += weight;
    });
    return sum / total;
  }
}

const f1OfPositive = (tally: Tally) => f1(tally, tally.labels.indexOf(POSITIVE));

function f1({ gold, predicted, hits }: Tally, label: number): number {
  const total = (gold[label] ?? 0) + (predicted[label] ?? 0);
  return total === 0 ? 0 : (2 * hits[label]!) / total;
}

/** Matthews' correlation for any number of labels (Gorodkin 2004), as scikit-learn's `matthews_corrcoef`. */
export function matthewsStatistic(columns: Columns): CorpusStatistic {
  return tallyStatistic(columns, ({ gold, predicted, hits }) => {
    let [n, right, both, golds, predictions] = [0, 0, 0, 0, 0];
    gold.forEach((count, label) => {
      n += count;
      right += hits[label]!;
      both += count * predicted[label]!;
      golds += count ** 2;
      predictions += predicted[label]! ** 2;
    });
    const spread = Math.sqrt((n * n - predictions) * (n * n - golds));
    return spread === 0 ? 0 : (right * n - both) / spread;
  });
}

function tallyStatistic(
  [gold, predicted]: Columns,
  value: (tally: Tally) => number,
): CorpusStatistic & { labels: readonly number[] } {
  const labels = [...new Set([...gold!, ...predicted!])].sort((a, b) => a - b);
  const golds = Uint32Array.from(gold!, (label) => labels.indexOf(label));
  const predictions = Uint32Array.from(predicted!, (label) => labels.indexOf(label));
  const add = (tally: Tally, document: number, times: number) => {
    const [g, p] = [golds[document]!, predictions[document]!];
    tally.gold[g]! += times;
    tally.predicted[p]! += times;
    if (g === p) tally.hits[g]! += times;
  };
  const tallyOf = (counts?: Uint32Array) => {
    const zeros = () => new Float64Array(labels.length);
    const tally = { labels, gold: zeros(), predicted: zeros(), hits: zeros() };
    for (let i = 0; i < golds.length; i++) add(tally, i, counts === undefined ? 1 : counts[i]!);
    return tally;
  };
  return {
    labels,
    documents: golds.length,
    value: (counts) => value(tallyOf(counts)),
    leaveOneOut: () => {
      const tally = tallyOf();
      return Float64Array.from(golds, (_, i) => {
        add(tally, i, -1);
        const without = value(tally);
        add(tally, i, 1);
        return without;
      });
    },
  };
}

/** scikit-learn's own condition: two labels at most, and the one that is meant among them. */
function requireBinary(labels: readonly number[]): void {
  if (labels.length <= 1 || (labels.length === 2 && labels.includes(POSITIVE))) return;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `f1 is about the label ${POSITIVE} of two, the documents have ${labels.join(', ')}`,
    hint: 'Give the metric the aggregation macro_f1_score or weighted_f1_score.',
  });
}
