import { z } from 'zod';
import { seenDocuments, type FidelityCheck } from '@quantloop/core';
import type { CheckContext, CheckResult, CheckRunner } from '../check-runner.ts';
import { checkpointedChunks } from '../checkpointed-chunks.ts';
import { chunkSize } from '../chunk-size.ts';
import type { FidelityItems } from '../fidelity-items.ts';
import { baselineItems } from './baseline-items.ts';
import { readTaskData, type TaskData } from './data/task-data.ts';
import { groupsOf, leavesOf, type TaskTree } from './definition/task-tree.ts';
import type { DocumentResult } from './document-result.ts';
import { groupMetricNames, groupMetrics } from './group-metrics.ts';
import { knownResults } from './known-results.ts';
import { itemsOf, NO_SAMPLE, SAMPLES } from './items-of.ts';
import { categoryOf } from '../recovery/category-of.ts';
import { makeTask, type LoadedTask } from './load-task.ts';
import { requireConsent } from '../metrics/code/require-consent.ts';
import { namedMetrics } from '../metrics/named-metrics.ts';
import { readBundle } from './read-bundle.ts';
import { scoreDocuments } from './score-documents.ts';
import { taskMetrics } from '../metrics/task-metrics.ts';

/** Documents scored together and checkpointed as one, at most. */
const CHUNK = 32;

const Result: z.ZodType<DocumentResult> = z.object({
  values: z.record(z.string(), z.number()),
  sample: z.object({ prompt: z.string(), target: z.string(), responses: z.array(z.string()) }),
});

type TaskCheck = Extract<FidelityCheck, { kind: 'task' }>;

/** Runs the task of a bundle, or each task of a group, over its documents. */
export const prepareTaskCheck: CheckRunner<'task'> = async (check, index, context) => {
  const tree = await readBundle(await context.job.store.folder(check.bundle));
  const tasks: PreparedTask[] = [];
  for (const { definition, place } of leavesOf(tree)) {
    requireConsent(definition, check.runUnsafeCode ?? false);
    const task = makeTask(definition, place);
    const { documents: all, shots } = await readTaskData(task, { limit: check.limit });
    const documents = all.slice(0, seenDocuments(all.length, context.share));
    const known = knownResults(context.known, {
      name: definition.task,
      bundle: check.bundle.digest,
      documents: documents.length,
    });
    tasks.push({
      task,
      total: all.length,
      documents,
      shots,
      known: known.results ?? [],
      ignored: known.ignored,
    });
  }
  const known = tasks.reduce((sum, task) => sum + task.known.length, 0);
  return {
    size: tasks.reduce((sum, { documents }) => sum + documents.length, 0) - known,
    known,
    run: async () => {
      const results: CheckResult[] = [];
      for (const task of tasks) results.push(await runTask(task, { check, index, context }));
      return withGroups(tree, results, { check, context });
    },
  };
};

interface PreparedTask extends TaskData {
  task: LoadedTask;
  /** `documents` are the first of so many. */
  total: number;
  /** Results of the first of them. */
  known: readonly DocumentResult[];
  /** Why what is known of it cannot be used. */
  ignored: string | undefined;
}

async function runTask(
  { task, total, documents, shots, known, ignored }: PreparedTask,
  { check, index, context }: { check: TaskCheck; index: number; context: CheckContext },
): Promise<CheckResult> {
  const name = task.definition.task;
  const computed = await checkpointedChunks({
    context: context.job,
    name: `${index}.${name}`,
    items: documents,
    from: known.length,
    size: chunkSize(documents.length - known.length, CHUNK),
    schema: Result,
    compute: async (chunk, first) => {
      const ids = chunk.map((_, i) => first + i);
      const scored = await scoreDocuments({
        task,
        model: context.model,
        documents: chunk,
        ids,
        shots: shots.slice(first, first + chunk.length),
        seed: context.seed,
        signal: context.job.signal,
      });
      // Texts of later documents would only fill the checkpoint.
      return scored.map((result, i) => (ids[i]! < SAMPLES ? result : { ...result, sample: NO_SAMPLE }));
    },
    onDone: (count) => context.advance(count, name),
  });
  const items = itemsOf({ name, bundle: check.bundle.digest, total }, [...known, ...computed]);
  return {
    metrics: taskMetrics({
      definition: task.definition,
      name,
      items,
      baseline: baselineItems(items, context.baseline?.items.checks ?? []),
      seed: context.seed,
    }),
    items: [items],
    tasks: [
      { category: categoryOfCheck(check), metric: `${name}.${namedMetrics(task.definition)[0]!.name}` },
    ],
    provenance: {
      [`task.${name}.bundle`]: check.bundle.digest,
      [`task.${name}.documents`]: documents.length,
      ...(ignored !== undefined && { [`task.${name}.not_taken_over`]: ignored }),
      [`task.${name}.few_shot`]: task.definition.num_fewshot ?? 0,
    },
  };
}

const categoryOfCheck = ({ category, name }: TaskCheck) => category ?? categoryOf(name);

/** All tasks' results as one, with the means of the groups. */
function withGroups(
  tree: TaskTree,
  results: readonly CheckResult[],
  { check, context }: { check: TaskCheck; context: CheckContext },
): CheckResult {
  const { baseline } = context;
  const items = results.flatMap((result) => result.items);
  const byName = (of: FidelityItems['checks']) =>
    new Map(of.flatMap((one) => (one.kind === 'task' ? [[one.name, one] as const] : [])));
  const theirs = items.flatMap((one) =>
    one.kind === 'task' ? (baselineItems(one, baseline?.items.checks ?? []) ?? []) : [],
  );
  const groups = groupsOf(tree).map((group) =>
    groupMetrics({ group, items: byName(items), baseline: byName(theirs) }),
  );
  // A group with a score of its own counts as one task beside others, however many it consists of.
  const [score] = groupsOf(tree).slice(0, 1).flatMap(groupMetricNames);
  const own = score && { category: categoryOfCheck(check), metric: score.name };
  return {
    metrics: Object.assign({}, ...groups, ...results.map(({ metrics }) => metrics)) as CheckResult['metrics'],
    items,
    tasks: own === undefined ? results.flatMap((result) => result.tasks) : [own],
    provenance: Object.assign(
      {},
      ...results.map(({ provenance }) => provenance),
    ) as CheckResult['provenance'],
  };
}
