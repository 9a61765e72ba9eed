import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import type { ArtifactRef } from '@quantloop/core';
import type { HubOptions } from '@quantloop/models';
import { HubListings } from './data/hub-listings.ts';
import { evaluatedSplit, type DataPlace, type DatasetOptions } from './data/open-dataset.ts';
import { readSplits, shotSource } from './data/task-data.ts';
import type { TaskDocument } from './data/task-document.ts';
import { FunctionReference } from './definition/function-reference.ts';
import { writeFields } from './definition/read-fields.ts';
import { findTasks, groupsOf, leavesOf, type TaskGroup, type TaskLeaf } from './definition/task-tree.ts';
import { checkDocument } from './check-document.ts';
import { drawShots } from './few-shot/draw-shots.ts';
import { groupMetricNames } from './group-metrics.ts';
import { hookName } from './hooks/find-hook.ts';
import { makeTask } from './load-task.ts';
import { requireConsent } from '../metrics/code/require-consent.ts';
import { namedMetrics } from '../metrics/named-metrics.ts';
import type { TaskDefinition } from './task-definition.ts';

export interface TaskBundle {
  /** The task's or group's own name. */
  name: string;
  /** Folder artifact: see `readBundle`. */
  bundle: ArtifactRef;
  /** What it will measure, e.g. `demo_arithmetic.exact_match`; of a group also what its tasks measure. */
  metrics: { name: string; higherIsBetter: boolean }[];
  /** The metrics it counts by beside other tasks: its first; a group's score, or those of its tasks where it has none. */
  scores: string[];
  /** Its tasks, which is itself where it is no group, each with its first metric. */
  parts: { name: string; metric: string }[];
  /** Documents of the evaluated split of each task, in the order of the tasks. */
  documents: readonly number[];
}

export interface BundleOptions {
  /** A built-in task, group or tag, or the path of an lm-eval YAML file (`.yaml`, `.yml`). */
  nameOrPath: string;
  store: Store;
  /** Where the data is, instead of where the task says; of a group a folder with one of each task's dataset_name. */
  data?: DataPlace | undefined;
  /** Examples a prompt, instead of the task's own number; tasks that say 0 stay without. */
  fewShot?: number | undefined;
  hub?: HubOptions | undefined;
  /** Whether answers that are programs may be run: without it tasks that do are refused. */
  runUnsafeCode?: boolean | undefined;
}

/**
 * Makes a task or group self-contained: a worker anywhere needs only the artifact. Reads the data, from the hub where
 * the task says so, and tries the first document of each task.
 *
 * @throws QuantloopError `invalid-spec` or `unsupported`, naming file, field, column and the nearest known name;
 * `unreachable` where the hub cannot be reached.
 */
export async function bundleTask(options: BundleOptions): Promise<TaskBundle> {
  const { nameOrPath, store } = options;
  const tree = await findTasks(nameOrPath);
  const folder = await store.scratch();
  const leaves = leavesOf(tree).map((leaf) => withShots(leaf, options.fewShot));
  for (const { definition } of leaves) requireConsent(definition, options.runUnsafeCode ?? false);
  const hub = new HubListings(options.hub);
  const documents: number[] = [];
  for (const leaf of leaves) {
    const home = 'group' in tree ? join(folder, folderName(leaf.definition.task)) : folder;
    documents.push(await writeTask(leaf, home, { data: options.data, hub }));
  }
  if ('group' in tree) await writeFile(join(folder, 'group.yaml'), writeFields(groupFields(tree)));
  const definitions = leaves.map(({ definition }) => definition);
  const groups = groupsOf(tree).flatMap(groupMetricNames);
  const parts = definitions.map((definition) => ({
    name: definition.task,
    metric: taskMetricNames(definition)[0]!.name,
  }));
  return {
    name: 'group' in tree ? tree.group : tree.definition.task,
    bundle: await store.putFolder(folder),
    metrics: [...groups, ...definitions.flatMap(taskMetricNames)],
    // As `withGroups` counts them.
    scores: groups.length > 0 ? [groups[0]!.name] : parts.map(({ metric }) => metric),
    parts,
    documents,
  };
}

/** Names of tasks may hold ":", which names of folders may not everywhere. */
export const folderName = (task: string) => task.replaceAll(':', '-');

const taskMetricNames = (definition: TaskDefinition) =>
  namedMetrics(definition).map(({ name, metric }) => ({
    name: `${definition.task}.${name}`,
    higherIsBetter: metric.higherIsBetter,
  }));

/** A task whose file says 0 keeps that, as in lm-eval. */
function withShots(leaf: TaskLeaf, fewShot: number | undefined): TaskLeaf {
  if (fewShot === undefined || leaf.definition.num_fewshot === 0) return leaf;
  return { ...leaf, definition: { ...leaf.definition, num_fewshot: fewShot } };
}

async function writeTask(
  { definition, place }: TaskLeaf,
  folder: string,
  options: Pick<DatasetOptions, 'data' | 'hub'>,
): Promise<number> {
  const task = makeTask(definition, place);
  const { documents, pool } = await readSplits(task, options);
  const first = documents.slice(0, 1);
  const count = definition.num_fewshot ?? 0;
  const shots = pool && drawShots({ pool, count, documents: first, task: definition.task });
  checkDocument(task, first[0]!, shots?.[0] ?? []);
  await mkdir(join(folder, 'data'), { recursive: true });
  const splits: Record<string, readonly TaskDocument[]> = { [evaluatedSplit(definition)]: documents };
  const source = shotSource(definition);
  if (pool !== undefined && source.samples === undefined) splits[source.split] ??= pool.documents;
  const data_files: Record<string, string> = {};
  for (const [split, rows] of Object.entries(splits)) {
    data_files[split] = `data/${folderName(split)}.jsonl`;
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
    await writeFile(join(folder, data_files[split]), lines.join(''));
  }
  await writeFile(join(folder, 'task.yaml'), writeFields(selfContained(definition, data_files)));
  return documents.length;
}

/** The task over its own files: documents are written as process_docs made them. */
function selfContained(definition: TaskDefinition, data_files: Record<string, string>): object {
  const { process_docs: _, fewshot_config, dataset_name: __, ...rest } = definition;
  const { process_docs: ___, ...config } = fewshot_config ?? {};
  const fields = {
    ...rest,
    ...(fewshot_config == null ? {} : { fewshot_config: config }),
    dataset_path: 'json',
    dataset_kwargs: { data_files },
  };
  return named(fields, definition) as object;
}

/** Functions by the name they have here, which needs no folder to be understood. */
function named(value: unknown, definition: TaskDefinition): unknown {
  if (value instanceof FunctionReference) return new FunctionReference(hookName(value, definition));
  if (Array.isArray(value)) return value.map((item) => named(item, definition));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, named(item, definition)]));
}

/** The group as lm-eval writes it, its tasks by name: they are beside it. */
function groupFields({ group, alias, aggregates, members }: TaskGroup): object {
  return {
    group,
    ...(alias === undefined ? {} : { group_alias: alias }),
    task: members.map((member) => ('group' in member ? groupFields(member) : member.definition.task)),
    ...(aggregates.length === 0 ? {} : { aggregate_metric_list: aggregates }),
  };
}
