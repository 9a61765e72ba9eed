import type { Store } from '@quantloop/artifacts';
import {
  compareAcross,
  type ArtifactRef,
  type Comparison,
  type Measurement,
  type Trial,
} from '@quantloop/core';
import { FidelityItems } from '../fidelity/fidelity-items.ts';
import { compareItems } from './compare-items.ts';

/** `same`: not one document, not one byte differs. */
export type Change = 'better' | 'worse' | 'within the noise' | 'same';

export interface ComparedMetric {
  metric: string;
  before: Measurement;
  after: Measurement;
  comparison: Comparison;
  change: Change;
}

export interface CompareTrialsOptions {
  before: Trial;
  after: Trial;
  /** Bundles of the tasks of their campaigns. */
  bundles: readonly ArtifactRef[];
  store: Store;
  seed: number;
}

/**
 * Two trials, of one run or of two, metric by metric: what was measured on the same documents by paired tests, all else
 * from its intervals. Metrics of only one of them, or under another convention, are left out. Results per document that
 * are no longer in the store cannot be paired.
 */
export async function compareTrials(options: CompareTrialsOptions): Promise<ComparedMetric[]> {
  const { before, after } = options;
  const paired = await pairedMetrics(options);
  return Object.entries(after.metrics).flatMap(([metric, now]) => {
    const then = before.metrics[metric];
    if (then?.unit !== now.unit || then.convention !== now.convention) return [];
    const comparison = paired?.[metric]?.versusBaseline ?? compareAcross(now, then);
    return [{ metric, before: then, after: now, comparison, change: changeOf(comparison, now) }];
  });
}

async function pairedMetrics({ before, after, bundles, store, seed }: CompareTrialsOptions) {
  const [then, now] = await Promise.all([before, after].map(({ items }) => readItems(items, store)));
  if (then === undefined || now === undefined) return undefined;
  return compareItems({
    before: then,
    after: now,
    bundles,
    folder: (bundle) => store.folder(bundle),
    seed,
  });
}

async function readItems(items: ArtifactRef | undefined, store: Store): Promise<FidelityItems | undefined> {
  if (items === undefined || !(await store.verify(items))) return undefined;
  return FidelityItems.parse(await store.readJson(items));
}

const LEVEL = 0.05;

function changeOf(comparison: Comparison, { higherIsBetter }: Measurement): Change {
  const { difference, ratio, test, pValue, adjustedPValue = pValue } = comparison;
  if (difference.low === 0 && difference.high === 0) return 'same';
  const [estimate, none] = test === 'ratio-of-ratios' ? [ratio, 1] : [difference, 0];
  const clear =
    adjustedPValue === undefined ? estimate.low > none || estimate.high < none : adjustedPValue < LEVEL;
  if (!clear) return 'within the noise';
  return estimate.value > none === higherIsBetter ? 'better' : 'worse';
}
