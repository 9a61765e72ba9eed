import { readFile } from 'node:fs/promises';
import { perplexityMetric, QuantloopError, type FidelityCheck } from '@quantloop/core';
import { z } from 'zod';
import { pairedCorpus } from '../../statistics/corpus-statistic.ts';
import type { CheckContext, CheckResult, CheckRunner } from '../check-runner.ts';
import { checkpointedChunks } from '../checkpointed-chunks.ts';
import { chunkSize } from '../chunk-size.ts';
import type { FidelityItems, PerplexityItems } from '../fidelity-items.ts';
import { PERPLEXITIES, perplexityStatistic } from './conventions.ts';

type PerplexityCheck = Extract<FidelityCheck, { kind: 'perplexity' }>;

/** Chunks scored together and checkpointed as one. */
const CHUNKS = 4;

const Losses = z.object({ sum: z.number(), squares: z.number(), count: z.int() });

/** Perplexity of a text in one of the conventions of `PERPLEXITIES`. */
export const preparePerplexityCheck: CheckRunner<'perplexity'> = async (check, index, context) => {
  const { job, model } = context;
  const { name } = perplexityMetric(check);
  if (check.context > model.maxLength) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${name}: chunks have ${check.context} tokens, the model reads ${model.maxLength}`,
      hint: 'Give a shorter context; the name of the metric then says so.',
    });
  }
  const { leastChunks, chunk } = PERPLEXITIES[check.convention];
  // With the special tokens that the tokenizer adds by itself, once, before the whole text.
  const tokens = model.tokenizer.encode(await readFile(await job.store.file(check.text), 'utf8'));
  const count = Math.floor(tokens.length / check.context);
  if (count < leastChunks) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${name}: the text has ${tokens.length} tokens, fewer than ${leastChunks} × ${check.context}`,
      hint: 'Give a longer text, or a shorter context.',
    });
  }
  const sequences = Array.from({ length: count }, (_, i) => ({
    ...chunk(tokens.slice(i * check.context, (i + 1) * check.context), model.tokenizer),
    label: `chunk ${i} of ${name}`,
  }));
  const known = context.known.find(
    (one): one is PerplexityItems => one.kind === 'perplexity' && one.name === name,
  );
  if (known?.text === check.text.digest && known.sums.length === count)
    return { size: 0, known: count, run: () => Promise.resolve(resultOf(check, context, known)) };
  return {
    size: count,
    known: 0,
    run: async () => {
      const losses = await checkpointedChunks({
        context: job,
        name: `${index}.perplexity`,
        items: sequences,
        size: chunkSize(count, CHUNKS),
        schema: Losses,
        compute: async (some) => {
          const scores = await model.score(some, { signal: job.signal });
          return scores.map(({ logProbabilities }) => lossesOf(logProbabilities));
        },
        onDone: (done) => context.advance(done, name),
      });
      return resultOf(check, context, {
        kind: 'perplexity',
        name,
        text: check.text.digest,
        sums: losses.map(({ sum }) => sum),
        squares: losses.map(({ squares }) => squares),
        counts: losses.map((one) => one.count),
      });
    },
  };
};

function lossesOf(logProbabilities: Float32Array): z.infer<typeof Losses> {
  let sum = 0;
  let squares = 0;
  for (const value of logProbabilities) {
    sum -= value;
    squares += value * value;
  }
  return { sum, squares, count: logProbabilities.length };
}

function resultOf(check: PerplexityCheck, context: CheckContext, items: PerplexityItems): CheckResult {
  const { name } = items;
  const baseline = context.baseline && baselineItems(items, context.baseline.items.checks);
  return {
    metrics: {
      [name]: {
        ...PERPLEXITIES[check.convention].estimate(items, context.seed),
        unit: 'perplexity',
        n: items.counts.reduce((sum, count) => sum + count, 0),
        higherIsBetter: false,
        convention: `${check.convention}, chunks of ${check.context} tokens`,
        ...(baseline !== undefined && {
          versusBaseline: pairedCorpus(
            perplexityStatistic(items),
            perplexityStatistic(baseline),
            context.seed,
          ),
        }),
      },
    },
    items: [items],
    tasks: [],
    provenance: { [`${name}.text`]: check.text.digest, [`${name}.chunks`]: items.sums.length },
  };
}

function baselineItems(
  { name, text, sums }: PerplexityItems,
  checks: FidelityItems['checks'],
): PerplexityItems {
  const found = checks.find((one): one is PerplexityItems => one.kind === 'perplexity' && one.name === name);
  if (found?.text === text && found.sums.length === sums.length) return found;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${name}: the baseline was not measured on this text`,
    hint: 'Measure the baseline with the same checks.',
  });
}
