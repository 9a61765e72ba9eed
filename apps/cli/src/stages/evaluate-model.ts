import { openStore } from '@quantloop/artifacts';
import {
  Engine,
  QuantloopError,
  Scenario,
  type ArtifactRef,
  type FidelityCheck,
  type Metrics,
} from '@quantloop/core';
import { bundleTask, fidelityStage, performanceStage } from '@quantloop/evaluate';
import { importSource, runVisibly } from './run-visibly.ts';

export interface EvaluateModelOptions {
  /** Names of the demo tasks, or lm-eval task files. */
  task: readonly string[];
  limit?: number;
  /** Also without tasks. */
  performance?: true;
  promptTokens: number;
  newTokens: number;
  /** Batch sizes of the offline scenario; none: single-stream only. */
  batch: readonly number[];
  provider: string;
  threads?: number;
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
  const { seed, threads } = options;
  const engine = parseEngine(options.provider, threads);
  const store = await openStore({ root: options.storeRoot });
  const visible = { store, json: options.json };
  const checks: FidelityCheck[] = [];
  for (const task of options.task) {
    const { name, bundle } = await bundleTask({ nameOrPath: task, store });
    checks.push({ kind: 'task', name, bundle, limit: options.limit ?? null });
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

function parseEngine(provider: string, threads: number | undefined): Engine {
  const parsed = Engine.safeParse({
    kind: 'onnxruntime',
    provider,
    ...(threads === undefined ? {} : { threads }),
  });
  if (parsed.success) return parsed.data;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `--provider ${provider}: ${parsed.error.issues[0]?.message ?? 'not known'}.`,
    hint: '`quantloop doctor` lists the providers of this machine.',
  });
}

function scenariosOf({ promptTokens, newTokens, batch }: EvaluateModelOptions): Scenario[] {
  const shape = { promptTokens, newTokens };
  return [
    Scenario.parse({ scenario: 'single-stream', ...shape }),
    ...(batch.length > 0 ? [Scenario.parse({ scenario: 'offline', ...shape, batch: [...batch] })] : []),
  ];
}
