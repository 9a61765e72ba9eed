import {
  stopReason,
  type ArtifactRef,
  type FidelityCheck,
  type Metrics,
  type PromptAnswers,
} from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import { engineOf } from '../engines/engines.ts';
import { readKnown } from '../known/read-known.ts';
import { sourceOf } from '../known/result-source.ts';
import type { CheckContext, CheckResult, PreparedCheck } from './check-runner.ts';
import { prepareDivergenceCheck } from './divergence/run-divergence-check.ts';
import type { EvaluateFidelityInput, EvaluateFidelityOutput } from './evaluate-fidelity.ts';
import { fidelityStage } from './fidelity-stage.ts';
import { FidelityItems, type PromptsItems } from './fidelity-items.ts';
import { preparePerplexityCheck } from './perplexity/run-perplexity-check.ts';
import { preparePromptsCheck } from './prompts/run-prompts-check.ts';
import { adjustOverTasks } from './recovery/adjust-over-tasks.ts';
import { recoveryMetrics } from './recovery/recovery-metrics.ts';
import { whereItBegan } from './where-it-began.ts';
import { prepareTaskCheck } from './tasks/run-task-check.ts';

/** The job of `fidelityStage`: runs the checks one after the other, chunk by chunk, each chunk checkpointed. */
export async function run(input: EvaluateFidelityInput, job: JobContext): Promise<EvaluateFidelityOutput> {
  const kept = await job.checkpoint.names();
  if (kept.length > 0) job.resumed(kept.length);
  const folder = await job.store.folder(input.model);
  await using model = await engineOf(input.engine).openForTasks({ folder, spec: input.engine });

  const source = await sourceOf(input, fidelityStage);
  const { results: known, ignored } = await readKnown({
    known: input.known,
    schema: FidelityItems,
    source,
    store: job.store,
  });
  const progress = { done: 0, total: 0, unit: 'documents' };
  const context: CheckContext = {
    job,
    model,
    folder,
    seed: input.seed,
    baseline: await readBaseline(input, job),
    share: input.share ?? 1,
    known: known?.checks ?? [],
    advance: (count, note) => job.progress({ ...progress, done: (progress.done += count), note }),
  };
  const prepared: PreparedCheck[] = [];
  for (const [index, check] of input.checks.entries()) prepared.push(await prepare(check, index, context));
  progress.total = prepared.reduce((sum, { size }) => sum + size, 0);

  const { results, measured, stopped } = await runChecks(input, prepared).catch(async (error: unknown) => {
    throw await whereItBegan(error, model);
  });
  const items: FidelityItems = {
    schemaVersion: 2,
    source,
    checks: results.flatMap((result) => result.items),
  };
  const distributions = items.checks.find((check) => check.kind === 'divergence')?.distributions;
  const prompts = items.checks.find((check) => check.kind === 'prompts');
  const tasks = results.flatMap((result) => result.tasks);
  const all: Metrics = Object.assign({}, ...results.map(({ metrics }) => metrics));
  const metrics = adjustOverTasks(
    all,
    tasks.map(({ metric }) => metric),
  );
  return {
    metrics: { ...metrics, ...recoveryMetrics({ tasks, metrics, isBaseline: input.baseline === undefined }) },
    items: await job.store.putJson(items),
    ...(distributions !== undefined && { distributions }),
    ...(prompts !== undefined && { answers: await putAnswers(prompts, job) }),
    ...(stopped !== undefined && { stopped }),
    provenance: Object.assign(
      {
        ...model.provenance,
        'model.max_length': model.maxLength,
        'statistics.seed': input.seed,
        'documents.measured': measured.reduce((sum, { size }) => sum + size, 0),
        'documents.taken_over': measured.reduce((sum, { known }) => sum + known, 0),
        ...(ignored !== undefined && { 'documents.not_taken_over': ignored }),
      },
      ...results.map(({ provenance }) => provenance),
    ),
  };
}

/**
 * The checks' results in the order of the checks. The divergence, cheap and telling, is measured first, and where the rule
 * gives the model up nothing else is.
 */
async function runChecks(
  { checks, stopWhen }: EvaluateFidelityInput,
  prepared: readonly PreparedCheck[],
): Promise<{ results: CheckResult[]; measured: PreparedCheck[]; stopped?: string }> {
  const results: CheckResult[] = [];
  const measured: PreparedCheck[] = [];
  const order = [...checks.keys()].sort((a, b) => rank(checks[a]!) - rank(checks[b]!) || a - b);
  for (const index of order) {
    const check = prepared[index]!;
    measured.push(check);
    const result = await check.run();
    results[index] = result;
    const stopped = stopWhen && stopReason(stopWhen, result.metrics);
    if (stopped !== undefined) return { results: [result], measured, stopped };
  }
  return { results, measured };
}

const rank = ({ kind }: FidelityCheck) => (kind === 'divergence' ? 0 : 1);

function prepare(check: FidelityCheck, index: number, context: CheckContext): Promise<PreparedCheck> {
  switch (check.kind) {
    case 'task':
      return prepareTaskCheck(check, index, context);
    case 'divergence':
      return prepareDivergenceCheck(check, index, context);
    case 'perplexity':
      return preparePerplexityCheck(check, index, context);
    case 'prompts':
      return preparePromptsCheck(check, index, context);
  }
}

function putAnswers({ asked, answers }: PromptsItems, { store }: JobContext): Promise<ArtifactRef> {
  return store.putJson({ asked, answers } satisfies PromptAnswers);
}

async function readBaseline(
  input: EvaluateFidelityInput,
  job: JobContext,
): Promise<CheckContext['baseline']> {
  if (input.baseline === undefined) return undefined;
  return { items: FidelityItems.parse(await job.store.readJson(input.baseline.items)) };
}
