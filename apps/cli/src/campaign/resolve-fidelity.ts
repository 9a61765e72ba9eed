import { dirname, resolve } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import {
  DIVERGENCE_METRICS,
  PERPLEXITY_CONTEXT,
  perplexityMetric,
  promptMetrics,
  QuantloopError,
  type CampaignFile,
  type FidelityCheck,
  type KnownMetric,
  type SpecIssue,
  type TaskScores,
} from '@quantloop/core';
import { bundleTask, categoryOf, knownRecoveryMetrics, type DataPlace } from '@quantloop/evaluate';
import { demoTasksFolder } from '@quantloop/models';
import { isBuiltin } from './resolve-calibration.ts';
import { storePrompts } from './store-prompts.ts';
import { storeStream } from './store-stream.ts';
import { storeTexts } from './store-texts.ts';

export interface ResolvedFidelity {
  checks: FidelityCheck[];
  fidelityMetrics: KnownMetric[];
  tasks: TaskScores[];
  issues: SpecIssue[];
}

type Item = CampaignFile['evaluation']['fidelity'][number];
type TaskItem = Extract<Item, { task: string }>;

/** Turns the fidelity items of a campaign into checks: tasks with their data, and texts, become artifacts. */
export async function resolveFidelity(options: {
  file: CampaignFile;
  campaignFile: string;
  store: Store;
}): Promise<ResolvedFidelity> {
  const { file } = options;
  const resolved: ResolvedFidelity = { checks: [], fidelityMetrics: [], tasks: [], issues: [] };
  for (const [index, item] of file.evaluation.fidelity.entries()) {
    try {
      const { check, metrics, task } = await resolveItem(item, options);
      resolved.checks.push(check);
      resolved.fidelityMetrics.push(...metrics);
      if (task !== undefined) resolved.tasks.push(task);
    } catch (error) {
      if (!(error instanceof QuantloopError)) throw error;
      // Its metrics would be known; their names are not to be called unknown as well.
      if (!('task' in item)) resolved.fidelityMetrics.push(...metricsOf(item));
      const path = ['evaluation', 'fidelity', index, placeOf(item)];
      const { message, hint } = error;
      resolved.issues.push({ path, message, ...(hint === undefined ? {} : { hint }) });
    }
  }
  resolved.fidelityMetrics.push(...knownRecoveryMetrics(resolved.tasks.map(({ category }) => category)));
  return resolved;
}

/** The field that names files. */
function placeOf(item: Item): string {
  if ('task' in item) return 'task';
  return 'prompts' in item ? 'prompts' : 'text';
}

function metricsOf(item: Exclude<Item, TaskItem>): readonly KnownMetric[] {
  if ('prompts' in item) return promptMetrics(item);
  if (item.metric === 'kl-divergence') return DIVERGENCE_METRICS;
  const { convention, context = PERPLEXITY_CONTEXT[convention] } = item;
  return [perplexityMetric({ convention, context })];
}

async function resolveItem(
  item: Item,
  { file, campaignFile, store }: { file: CampaignFile; campaignFile: string; store: Store },
): Promise<{ check: FidelityCheck; metrics: readonly KnownMetric[]; task?: TaskScores }> {
  const folder = dirname(campaignFile);
  if ('task' in item) {
    const { name, bundle, metrics, scores, parts, documents } = await bundleTask({
      nameOrPath: taskPlace(item.task, folder),
      store,
      fewShot: item.fewShot,
      data: dataPlace(item.data, folder),
      runUnsafeCode: item.runUnsafeCode,
    });
    const { category, limit = null, runUnsafeCode } = item;
    const check = {
      kind: 'task' as const,
      name,
      bundle,
      limit,
      documents: Math.min(limit ?? Infinity, Math.max(...documents)),
      ...(category !== undefined && { category }),
      ...(runUnsafeCode && { runUnsafeCode }),
    };
    const task = { name, category: category ?? categoryOf(name), scores, parts };
    return { check, metrics, task };
  }
  if ('prompts' in item) {
    const { prompts, newTokens, sampling, chat } = item;
    const source = Array.isArray(prompts) ? prompts : { ...prompts, file: resolve(folder, prompts.file) };
    const check = {
      kind: 'prompts' as const,
      newTokens,
      ...(sampling !== undefined && { sampling }),
      ...(chat !== undefined && { chat }),
      text: await storePrompts(source, store),
    };
    return { check, metrics: promptMetrics(check) };
  }
  if (item.metric === 'perplexity') {
    const { convention, context = PERPLEXITY_CONTEXT[convention] } = item;
    const source = { ...item.text, file: resolve(folder, item.text.file) };
    const text = await storeStream(source, convention, store);
    const check = { kind: 'perplexity' as const, convention, context, text };
    return { check, metrics: [perplexityMetric(check)] };
  }
  const source = item.text ?? file.calibration ?? demoText(file);
  const text = await storeTexts({ field: source.field, file: resolve(folder, source.file) }, store);
  return { check: { kind: 'divergence', tokens: item.tokens, text }, metrics: DIVERGENCE_METRICS };
}

/** The demo model comes with texts of its own; any other model needs some that are like its use. */
function demoText(file: CampaignFile): { file: string; field: string } {
  if (file.models.every(({ source }) => isBuiltin(source))) {
    return { file: resolve(demoTasksFolder(), 'data', 'stories.jsonl'), field: 'text' };
  }
  throw new QuantloopError({
    code: 'invalid-spec',
    message: 'kl-divergence needs texts to compare the models on.',
    hint: 'Add text: { file: ./texts.jsonl, field: text }, a few hundred texts like those the model will see.',
  });
}

/** A built-in task's name as it is; the path of a task file made absolute. */
function taskPlace(task: string, folder: string): string {
  return /[\\/]|\.ya?ml$/.test(task) ? resolve(folder, task) : task;
}

/** Paths are relative to the campaign file. */
function dataPlace(data: TaskItem['data'], folder: string): DataPlace | undefined {
  if (data === undefined || typeof data === 'string') return data && resolve(folder, data);
  return Object.fromEntries(
    Object.entries(data).map(([split, files]) => [
      split,
      [files].flat().map((file) => resolve(folder, file)),
    ]),
  );
}
