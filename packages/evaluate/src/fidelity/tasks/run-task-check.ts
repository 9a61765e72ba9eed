import { join } from 'node:path';
import { z } from 'zod';
import { QuantloopError } from '@quantloop/core';
import type { CheckRunner } from '../check-runner.ts';
import { checkpointedChunks } from '../checkpointed-chunks.ts';
import type { TaskItems } from '../fidelity-items.ts';
import type { DocumentResult } from './document-result.ts';
import { itemsOf, SAMPLES } from './items-of.ts';
import { categoryOf } from '../recovery/category-of.ts';
import { loadTask } from './load-task.ts';
import { namedMetrics } from '../metrics/named-metrics.ts';
import { readDocuments } from './read-documents.ts';
import { scoreDocuments } from './score-documents.ts';
import { taskMetrics } from '../metrics/task-metrics.ts';

/** Documents scored together and checkpointed as one. */
const CHUNK = 32;

const Result: z.ZodType<DocumentResult> = z.object({
  values: z.record(z.string(), z.number()),
  sample: z.object({ prompt: z.string(), target: z.string(), responses: z.array(z.string()) }),
});

/** Runs a task of a bundle over its documents. */
export const prepareTaskCheck: CheckRunner<'task'> = async (check, index, context) => {
  const folder = await context.job.store.folder(check.bundle);
  const task = await loadTask(join(folder, 'task.yaml'));
  const documents = await readDocuments(task.dataFiles, check.limit);
  return {
    size: documents.length,
    run: async () => {
      const results = await checkpointedChunks({
        context: context.job,
        name: `${index}.${check.name}`,
        items: documents,
        size: CHUNK,
        schema: Result,
        compute: async (chunk, first) => {
          const ids = chunk.map((_, i) => first + i);
          const scored = await scoreDocuments({
            task,
            model: context.model,
            documents: chunk,
            ids,
            signal: context.job.signal,
          });
          // Texts of later documents would only fill the checkpoint.
          return scored.map((result, i) => (ids[i]! < SAMPLES ? result : { ...result, sample: NO_SAMPLE }));
        },
        onDone: (count) => context.advance(count, check.name),
      });
      const items = itemsOf(check.name, check.bundle.digest, results);
      return {
        metrics: taskMetrics({
          definition: task.definition,
          name: check.name,
          items,
          baseline: baselineItems(check.name, items, context.baseline?.items.checks ?? []),
          seed: context.seed,
        }),
        items,
        task: {
          category: check.category ?? categoryOf(check.name),
          metric: `${check.name}.${namedMetrics(task.definition)[0]!.name}`,
        },
        provenance: {
          [`task.${check.name}.bundle`]: check.bundle.digest,
          [`task.${check.name}.documents`]: documents.length,
        },
      };
    },
  };
};

const NO_SAMPLE = { prompt: '', target: '', responses: [] };

/** The baseline's results of the same task; undefined where it was not asked. */
function baselineItems(
  name: string,
  items: TaskItems,
  checks: readonly (TaskItems | { kind: 'divergence' })[],
): TaskItems | undefined {
  const found = checks.find((check): check is TaskItems => check.kind === 'task' && check.name === name);
  if (found === undefined) return undefined;
  if (found.bundle !== items.bundle) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${name}: the baseline was measured on another task of this name (${found.bundle})`,
      hint: 'Measure the baseline again.',
    });
  }
  if (found.documents === items.documents) return found;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${name}: the baseline was measured on ${found.documents} documents, the candidate on ${items.documents}`,
    hint: 'Measure both with the same limit.',
  });
}
