import type { ArtifactRef, Metrics } from '@quantloop/core';
import { corpusInterval, pairedCorpus, ratioStatistic } from '../statistics/corpus-statistic.ts';
import type {
  DivergenceItems,
  FidelityItems,
  PerplexityItems,
  TaskItems,
} from '../fidelity/fidelity-items.ts';
import { firstDocuments } from '../fidelity/first-documents.ts';
import { taskMetrics } from '../fidelity/metrics/task-metrics.ts';
import { perplexityStatistic } from '../fidelity/perplexity/conventions.ts';
import { adjustOverTasks } from '../fidelity/recovery/adjust-over-tasks.ts';
import { groupsOf, leavesOf } from '../fidelity/tasks/definition/task-tree.ts';
import { groupMetrics } from '../fidelity/tasks/group-metrics.ts';
import { readBundle } from '../fidelity/tasks/read-bundle.ts';

export interface CompareItemsOptions {
  /** What is compared with. */
  before: FidelityItems;
  after: FidelityItems;
  /** Bundles of the tasks, which say how their documents make metrics. */
  bundles: readonly ArtifactRef[];
  folder: (bundle: ArtifactRef) => Promise<string>;
  /** Of the resampling. */
  seed: number;
}

/**
 * Two versions of a model on the same documents, metric by metric, by the tests that compare a candidate with its
 * baseline: the metrics are those of `after`, each with its comparison with `before`, p-values adjusted by Holm over the
 * tasks. What only one of them was asked, or on other data, is left out. Of a task seen in part by one of them the
 * documents that both saw count.
 */
export async function compareItems(options: CompareItemsOptions): Promise<Metrics> {
  const { before, after, bundles, folder, seed } = options;
  const tasks = pairedTasks(before, after);
  const metrics: Metrics = {};
  const first: string[] = [];
  for (const bundle of bundles) {
    const ofBundle = tasks.filter(({ now }) => now.bundle === bundle.digest);
    if (ofBundle.length === 0) continue;
    const tree = await readBundle(await folder(bundle));
    for (const { definition } of leavesOf(tree)) {
      const pair = ofBundle.find(({ now }) => now.name === definition.task);
      if (pair === undefined) continue;
      const { now: items, then: baseline } = pair;
      const own = taskMetrics({ definition, name: items.name, items, baseline, seed });
      first.push(...Object.keys(own).slice(0, 1));
      Object.assign(metrics, own);
    }
    const byName = (side: 'now' | 'then') => new Map(ofBundle.map((pair) => [pair[side].name, pair[side]]));
    for (const group of groupsOf(tree)) {
      Object.assign(metrics, groupMetrics({ group, items: byName('now'), baseline: byName('then') }));
    }
  }
  return {
    ...adjustOverTasks(metrics, first),
    ...perplexities(before, after, seed),
    ...divergences(before, after, seed),
  };
}

interface TaskPair {
  then: TaskItems;
  now: TaskItems;
}

function pairedTasks(before: FidelityItems, after: FidelityItems): TaskPair[] {
  const earlier = before.checks.filter((check) => check.kind === 'task');
  return after.checks.flatMap((now) => {
    if (now.kind !== 'task') return [];
    const then = earlier.find(({ name, bundle }) => name === now.name && bundle === now.bundle);
    if (then === undefined) return [];
    const documents = Math.min(then.documents, now.documents);
    return documents === 0
      ? []
      : [{ then: firstDocuments(then, documents), now: firstDocuments(now, documents) }];
  });
}

function perplexities(before: FidelityItems, after: FidelityItems, seed: number): Metrics {
  const earlier = before.checks.filter((check): check is PerplexityItems => check.kind === 'perplexity');
  const measured = after.checks.flatMap((now) => {
    if (now.kind !== 'perplexity') return [];
    const then = earlier.find(({ name, text }) => name === now.name && text === now.text);
    if (then === undefined || then.sums.length !== now.sums.length) return [];
    const statistic = perplexityStatistic(now);
    return [
      [
        now.name,
        {
          ...corpusInterval(statistic, seed),
          unit: 'perplexity',
          n: now.counts.reduce((sum, count) => sum + count, 0),
          higherIsBetter: false,
          convention: now.name,
          versusBaseline: pairedCorpus(statistic, perplexityStatistic(then), seed),
        },
      ] as const,
    ];
  });
  return Object.fromEntries(measured);
}

/** How far each strayed from its own baseline, on the windows of the same text. */
function divergences(before: FidelityItems, after: FidelityItems, seed: number): Metrics {
  const [then, now] = [before, after].map((items) =>
    items.checks.find((check): check is DivergenceItems => check.kind === 'divergence'),
  );
  const same =
    now !== undefined &&
    now.windows.length > 0 &&
    then?.windows.length === now.windows.length &&
    now.windows.every(({ divergence }, i) => divergence.length === then.windows[i]!.divergence.length);
  if (!same) return {};
  const statistic = meanDivergence(now);
  return {
    'kl-divergence.mean': {
      ...corpusInterval(statistic, seed),
      unit: 'nats',
      n: now.windows.reduce((sum, { divergence }) => sum + divergence.length, 0),
      higherIsBetter: false,
      convention: 'kl(baseline||candidate) per token',
      versusBaseline: pairedCorpus(statistic, meanDivergence(then!), seed),
    },
  };
}

const meanDivergence = ({ windows }: DivergenceItems) =>
  ratioStatistic({
    numerators: windows.map(({ divergence }) => divergence.reduce((sum, value) => sum + value, 0)),
    denominators: windows.map(({ divergence }) => divergence.length),
  });
