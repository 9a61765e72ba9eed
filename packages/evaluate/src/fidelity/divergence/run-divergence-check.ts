import type { z } from 'zod';
import { QuantloopError } from '@quantloop/core';
import { ENGINES } from '../../engines/engines.ts';
import type { CheckRunner } from '../check-runner.ts';
import { checkpointedChunks } from '../checkpointed-chunks.ts';
import { DivergenceItems } from '../fidelity-items.ts';
import { readDocuments } from '../tasks/read-documents.ts';
import { compareWindows } from './compare-windows.ts';
import { divergenceMetrics, selfDivergenceMetrics } from './divergence-metrics.ts';
import type { Network, TaskModel } from '../tasks/task-model.ts';
import { tokenWindows } from './token-windows.ts';

/** Windows compared together and checkpointed as one: with a vocabulary of 128,000 their logits take 1 GiB a model. */
const CHUNK = 8;

const Window: z.ZodType<DivergenceItems['windows'][number]> = DivergenceItems.shape.windows.element;

/** Compares the candidate's next-token distributions with the baseline's on a text. */
export const prepareDivergenceCheck: CheckRunner<'divergence'> = async (check, index, context) => {
  const { model, engine, job, baseline } = context;
  const provenance = { 'kl-divergence.text': check.text.digest };
  if (baseline === undefined) {
    const items = { kind: 'divergence', windows: [] } as const;
    return {
      size: 0,
      run: async () => ({ metrics: selfDivergenceMetrics(), items: { ...items, windows: [] }, provenance }),
    };
  }
  const network = networkOf(model);
  const documents = await readDocuments([await job.store.file(check.text)], null);
  const windows = tokenWindows({
    texts: documents.map((document, i) => textOf(document, i)),
    encode: (text) => model.tokenizer.encode(text),
    tokens: check.tokens,
    maxLength: model.maxLength,
  });
  return {
    size: windows.length,
    run: async () => {
      await using reference = await ENGINES[engine.kind].openForTasks({
        folder: await job.store.folder(baseline.model),
        spec: engine,
      });
      const { session } = networkOf(reference);
      const compared = await checkpointedChunks({
        context: job,
        name: `${index}.divergence`,
        items: windows,
        size: CHUNK,
        schema: Window,
        compute: (chunk, first) =>
          compareWindows({
            baseline: session,
            candidate: network.session,
            arithmetic: network.arithmetic,
            windows: chunk,
            first,
          }),
        onDone: (count) => context.advance(count, 'kl-divergence'),
      });
      const items = { kind: 'divergence' as const, windows: compared };
      return { metrics: divergenceMetrics(items, context.seed), items, provenance };
    },
  };
};

/** Divergence needs every token's probability, where tasks need those of a few. */
function networkOf({ network }: TaskModel): Network {
  if (network !== undefined) return network;
  throw new QuantloopError({
    code: 'unsupported',
    message: 'kl-divergence needs whole distributions, which a server does not give',
    hint: 'Leave out metric: kl-divergence, or measure it on a target with engine: { kind: onnxruntime }.',
  });
}

function textOf(document: Record<string, unknown>, index: number): string {
  if (typeof document.text === 'string') return document.text;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `line ${index + 1} of the divergence text has no "text"`,
    hint: 'Give one JSON object with the field "text" a line.',
  });
}
