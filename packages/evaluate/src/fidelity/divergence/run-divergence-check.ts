import { digestOfJson } from '@quantloop/artifacts';
import { QuantloopError, type ArtifactRef } from '@quantloop/core';
import type { z } from 'zod';
import type { CheckContext, CheckResult, CheckRunner } from '../check-runner.ts';
import { checkpointedChunks } from '../checkpointed-chunks.ts';
import { DivergenceItems, type FidelityItems } from '../fidelity-items.ts';
import type { Network, TaskModel } from '../tasks/task-model.ts';
import { allJsonLines } from '../tasks/data/read-json.ts';
import { windowsPerChunk } from './chunk-logits.ts';
import { compareWindows } from './compare-windows.ts';
import { divergenceMetrics, selfDivergenceMetrics } from './divergence-metrics.ts';
import { recordWindows } from './record-windows.ts';
import { openDistributions, storeDistributions } from './recorded-distributions.ts';
import { tokenWindows } from './token-windows.ts';

const Window: z.ZodType<DivergenceItems['windows'][number]> = DivergenceItems.shape.windows.element;

/**
 * How far the candidate's next-token distributions lie from the baseline's on a text. The baseline's own evaluation
 * records them once; those of its candidates read them back, chunk by chunk.
 */
export const prepareDivergenceCheck: CheckRunner<'divergence'> = async (check, index, context) => {
  const { model, job, baseline } = context;
  const network = networkOf(model);
  const lines = await allJsonLines(await job.store.file(check.text));
  const windows = tokenWindows({
    texts: lines.map((line, i) => textOf(line, i)),
    encode: (text) => model.tokenizer.encode(text),
    tokens: check.tokens,
    maxLength: model.maxLength,
  });
  const text: DivergenceText = {
    network,
    windows,
    header: { vocabulary: network.session.shape.vocabularySize, tokens: digestOfJson(windows) },
    name: `${index}.divergence`,
    provenance: { 'kl-divergence.text': check.text.digest },
  };
  if (baseline === undefined) return { size: windows.length, known: 0, run: () => record(text, context) };
  const distributions = recordedBy(baseline.items);
  const known = context.known.find(
    (one): one is DivergenceItems =>
      one.kind === 'divergence' && one.tokens === text.header.tokens && one.baseline === distributions.digest,
  );
  return known === undefined
    ? { size: windows.length, known: 0, run: () => compare(text, distributions, context) }
    : { size: 0, known: windows.length, run: () => Promise.resolve(resultOf(known, text, context)) };
};

interface DivergenceText {
  network: Network;
  windows: readonly number[][];
  header: { vocabulary: number; tokens: string };
  /** Prefix of the check's blocks in the checkpoint. */
  name: string;
  provenance: CheckResult['provenance'];
}

async function record(text: DivergenceText, context: CheckContext): Promise<CheckResult> {
  const { network, windows, header, name, provenance } = text;
  const { checkpoint, signal, store } = context.job;
  const size = windowsPerChunk(header.vocabulary);
  async function* chunks() {
    for (let first = 0; first < windows.length; first += size) {
      signal.throwIfAborted();
      const block = `${name}.${first}`;
      const some = windows.slice(first, first + size);
      let bytes = await checkpoint.read(block);
      if (bytes === undefined) {
        bytes = await recordWindows(network, some, first);
        await checkpoint.write(block, bytes);
      }
      context.advance(some.length, 'kl-divergence');
      yield bytes;
    }
  }
  const distributions = await storeDistributions({ store, header, chunks: chunks() });
  return {
    metrics: selfDivergenceMetrics(),
    items: [{ kind: 'divergence', tokens: header.tokens, windows: [], distributions }],
    tasks: [],
    provenance,
  };
}

async function compare(
  text: DivergenceText,
  distributions: ArtifactRef,
  context: CheckContext,
): Promise<CheckResult> {
  const { network, windows, header, name } = text;
  const { job } = context;
  const recorded = await openDistributions({
    folder: await job.store.folder(distributions),
    expected: header,
  });
  const size = windowsPerChunk(header.vocabulary);
  const compared = await checkpointedChunks({
    context: job,
    name,
    items: windows,
    size,
    schema: Window,
    compute: async (chunk, first) =>
      compareWindows({ network, baseline: await recorded.chunk(first / size), windows: chunk, first }),
    onDone: (count) => context.advance(count, 'kl-divergence'),
  });
  const { tokens } = header;
  return resultOf(
    { kind: 'divergence', tokens, baseline: distributions.digest, windows: compared },
    text,
    context,
  );
}

function resultOf(
  items: DivergenceItems,
  { provenance }: DivergenceText,
  { seed }: CheckContext,
): CheckResult {
  return { metrics: divergenceMetrics(items, seed), items: [items], tasks: [], provenance };
}

function recordedBy({ checks }: FidelityItems): ArtifactRef {
  const items = checks.find((check) => check.kind === 'divergence');
  if (items?.distributions !== undefined) return items.distributions;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: 'kl-divergence: the distributions of the baseline were not recorded',
    hint: 'Measure the baseline with the same checks.',
  });
}

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
