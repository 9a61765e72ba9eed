import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import { QuantloopError, suggestName, type ArtifactRef } from '@quantloop/core';
import { demoTasksFolder } from '@quantloop/models';
import { stringify } from 'yaml';
import { evaluatedSplit, loadTask } from './load-task.ts';
import { namedMetrics } from '../metrics/named-metrics.ts';
import { readDocuments } from './read-documents.ts';
import type { TaskDefinition } from './task-definition.ts';

export interface TaskBundle {
  /** The task's own name: prefix of its metrics. */
  name: string;
  /** Folder artifact: `task.yaml` and the data files it names, beside it. */
  bundle: ArtifactRef;
  /** What it will measure, e.g. `demo_arithmetic.exact_match`. */
  metrics: { name: string; higherIsBetter: boolean }[];
  /** Documents of the evaluated split. */
  documents: number;
}

/**
 * Makes a task self-contained: a worker anywhere needs only the artifact.
 *
 * @param options.nameOrPath a built-in task's name, or the path of an lm-eval task file (`.yaml`, `.yml`).
 * @throws QuantloopError `invalid-spec` or `unsupported`, naming file, field and the nearest known name.
 */
export async function bundleTask(options: { nameOrPath: string; store: Store }): Promise<TaskBundle> {
  const { nameOrPath, store } = options;
  const file = isPath(nameOrPath) ? nameOrPath : await builtinTask(nameOrPath);
  const { definition, dataFiles } = await loadTask(file);
  const documents = await readDocuments(dataFiles, null);
  const folder = await store.scratch();
  await mkdir(join(folder, 'data'));
  const names = dataFiles.map((path, i) =>
    dataFiles.length === 1 ? basename(path) : `${i}-${basename(path)}`,
  );
  for (const [i, name] of names.entries()) await copyFile(dataFiles[i]!, join(folder, 'data', name));
  await writeFile(join(folder, 'task.yaml'), stringify(selfContained(definition, names)));
  return {
    name: definition.task,
    bundle: await store.putFolder(folder),
    metrics: namedMetrics(definition).map(({ name, metric }) => ({
      name: `${definition.task}.${name}`,
      higherIsBetter: metric.higherIsBetter,
    })),
    documents: documents.length,
  };
}

/** Names of the tasks that come with quantloop. */
export async function builtinTasks(): Promise<string[]> {
  const files = await readdir(demoTasksFolder());
  return files.filter((file) => file.endsWith('.yaml')).map((file) => basename(file, '.yaml'));
}

const isPath = (nameOrPath: string) => /[\\/]|\.ya?ml$/.test(nameOrPath);

async function builtinTask(name: string): Promise<string> {
  const known = await builtinTasks();
  if (known.includes(name)) return join(demoTasksFolder(), `${name}.yaml`);
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `unknown task "${name}"`,
    hint: `${suggestName(name, known)} Or give the path of an lm-eval task file.`,
  });
}

function selfContained(definition: TaskDefinition, names: string[]): TaskDefinition {
  const split = evaluatedSplit(definition);
  const data_files = { [split]: names.map((name) => `data/${name}`) };
  return { ...definition, dataset_kwargs: { data_files } };
}
