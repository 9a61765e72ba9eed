import { resolve } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { Scenario, type ArtifactRef, type FidelityCheck, type Metrics } from '@quantloop/core';
import { bundleTask, fidelityStage, performanceStage } from '@quantloop/evaluate';
import { parseEngine, type EngineFlags } from './parse-engine.ts';
import { parseServer, type ServerFlags } from './parse-server.ts';
import { importSource, runVisibly } from './run-visibly.ts';

export interface EvaluateModelOptions extends EngineFlags, Partial<ServerFlags> {
  /** Names of built-in tasks or groups, or lm-eval task files. */
  task: readonly string[];
  limit?: number;
  /** Examples before each question, instead of the tasks' own numbers. */
  fewShot?: number;
  /** Folder or file the tasks' data is in, instead of where they say. */
  data?: string;
  /** Lets tasks run the programs that the model writes. */
  runUnsafeCode?: true;
  /** Also without tasks. */
  performance?: true;
  promptTokens: number;
  newTokens: number;
  /** Batch sizes of the offline scenario; none: single-stream only. */
  batch: readonly number[];
  seed: number;
  storeRoot: string;
  json: boolean;
}

export interface EvaluatedModel {
  model: ArtifactRef;
  metrics: Metrics;
  seconds: Record<string, number>;
}

/** Measures a model as the stages of a campaign do; without tasks its performance. */
export async function evaluateModel(source: string, options: EvaluateModelOptions): Promise<EvaluatedModel> {
  const { seed, url } = options;
  const engine = url === undefined ? parseEngine(options) : parseServer({ ...options, url });
  const store = await openStore({ root: options.storeRoot });
  const visible = { store, json: options.json };
  const checks: FidelityCheck[] = [];
  for (const task of options.task) {
    const { name, bundle } = await bundleTask({
      nameOrPath: task,
      store,
      fewShot: options.fewShot,
      data: options.data && resolve(options.data),
      runUnsafeCode: options.runUnsafeCode,
    });
    const { limit = null, runUnsafeCode } = options;
    checks.push({ kind: 'task', name, bundle, limit, ...(runUnsafeCode && { runUnsafeCode }) });
  }
  const { model } = await importSource(source, visible);
  const result: EvaluatedModel = { model, metrics: {}, seconds: {} };
  if (checks.length > 0) {
    const { output, execution } = await runVisibly(fidelityStage, { model, checks, engine, seed }, visible);
    Object.assign(result.metrics, output.metrics);
    result.seconds['fidelity'] = execution.seconds;
  }
  if (options.performance === true || checks.length === 0) {
    const scenarios = scenariosOf(options);
    const { output, execution } = await runVisibly(
      performanceStage,
      { model, scenarios, engine, seed },
      visible,
    );
    Object.assign(result.metrics, output.metrics);
    result.seconds['performance'] = execution.seconds;
  }
  return result;
}

function scenariosOf({ promptTokens, newTokens, batch }: EvaluateModelOptions): Scenario[] {
  const shape = { promptTokens, newTokens };
  return [
    Scenario.parse({ scenario: 'single-stream', ...shape }),
    ...(batch.length > 0 ? [Scenario.parse({ scenario: 'offline', ...shape, batch: [...batch] })] : []),
  ];
}
