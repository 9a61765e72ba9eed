import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, type Store } from '@quantloop/artifacts';
import {
  perplexityMetric,
  type ArtifactRef,
  type FidelityCheck,
  type OnnxRuntimeEngine,
} from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { demoTasksFolder, importModel, loadTokenizer } from '@quantloop/models';
import { forwardLogits, openSession } from '@quantloop/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fidelityStage, joinTexts, textStream } from '../../../src/index.ts';

const engine: OnnxRuntimeEngine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };
type Check = Extract<FidelityCheck, { kind: 'perplexity' }>;
type Convention = Check['convention'];
const CONVENTIONS: Convention[] = ['gptq', 'llama.cpp'];

let root: string;
let store: Store;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-perplexity-'));
  store = await openStore({ root: join(root, 'store') });
});
afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

const stored = (text: string) => store.putBytes(new TextEncoder().encode(text), 'text/plain');

async function measured(model: ArtifactRef, check: Omit<Check, 'kind'>, items?: ArtifactRef) {
  const input = { model, checks: [{ kind: 'perplexity' as const, ...check }], engine, seed: 0 };
  const { output } = await runStage(
    fidelityStage,
    { ...input, ...(items !== undefined && { baseline: { items } }) },
    { store },
  );
  return { output, measurement: output.metrics[perplexityMetric(check).name]! };
}

describe('on the demo model', () => {
  const CONTEXT = 64;
  let folder: string;
  let model: ArtifactRef;
  let stream: string;
  beforeAll(async () => {
    ({ folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'demo') }));
    model = await store.putFolder(folder);
    const lines = readFileSync(join(demoTasksFolder(), 'data/stories.jsonl'), 'utf8').trim().split('\n');
    stream = joinTexts(lines.slice(0, 30).map((line) => (JSON.parse(line) as { text: string }).text));
  });

  /** By the book: a chunk at a time, every loss from the logits in float64. */
  async function byTheBook(convention: Convention): Promise<{ value: number; half: number; n: number }> {
    const tokenizer = await loadTokenizer(folder);
    await using session = await openSession({ folder, engine });
    const tokens = tokenizer.encode(stream);
    const chunkMeans: number[] = [];
    const losses: number[] = [];
    for (let start = 0; start + CONTEXT <= tokens.length; start += CONTEXT) {
      const chunk = tokens.slice(start, start + CONTEXT);
      if (convention === 'llama.cpp' && tokenizer.addsBos) chunk[0] = tokenizer.bosId!;
      const { logits } = await forwardLogits({ session, rows: [chunk] });
      const vocabulary = session.shape.vocabularySize;
      const own: number[] = [];
      for (let i = convention === 'gptq' ? 0 : CONTEXT / 2; i < CONTEXT - 1; i++) {
        const row = (logits.data as Float32Array).subarray(i * vocabulary, (i + 1) * vocabulary);
        let total = 0;
        for (const value of row) total += Math.exp(value);
        own.push(Math.log(total) - row[chunk[i + 1]!]!);
      }
      chunkMeans.push(own.reduce((sum, loss) => sum + loss, 0) / own.length);
      losses.push(...own);
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const value = Math.exp(mean(chunkMeans));
    const variance = mean(losses.map((loss) => loss * loss)) - mean(losses) ** 2;
    return { value, half: 1.96 * Math.sqrt(variance / (losses.length - 1)) * value, n: losses.length };
  }

  test.for(CONVENTIONS)(
    '%s: as by the book, in its own name, against the baseline by chunks',
    async (convention) => {
      const check = { convention, context: CONTEXT, text: await stored(stream) };
      const { output, measurement } = await measured(model, check);
      const expected = await byTheBook(convention);
      expect(Object.keys(output.metrics)).toEqual([`perplexity.${convention}-${CONTEXT}`]);
      expect(measurement.value / expected.value).toBeCloseTo(1, 5);
      expect(measurement).toMatchObject({ n: expected.n, higherIsBetter: false });
      expect(measurement.convention).toBe(`${convention}, chunks of ${CONTEXT} tokens`);
      if (convention === 'llama.cpp') {
        expect((measurement.high - measurement.low) / 2 / expected.half).toBeCloseTo(1, 3);
      } else {
        expect(measurement.low).toBeLessThan(expected.value);
        expect(measurement.high).toBeGreaterThan(expected.value);
      }
      const again = await measured(model, check, output.items);
      expect(again.measurement.versusBaseline).toMatchObject({
        ratio: { value: 1, low: 1, high: 1 },
        test: 'paired-bootstrap',
        pairs: expected.n / (convention === 'gptq' ? CONTEXT - 1 : CONTEXT / 2 - 1),
      });
    },
  );

  test.for<[Partial<Check>, RegExp]>([
    [{ context: 4096 }, /chunks have 4096 tokens, the model reads \d+/],
    [{ context: 256, convention: 'llama.cpp' }, /the text has \d+ tokens, fewer than 2 × 256/],
  ])('%j on a short text is refused', async ([change, message]) => {
    const text = await stored(stream.slice(0, 900));
    await expect(measured(model, { convention: 'gptq', context: 64, text, ...change })).rejects.toMatchObject(
      {
        code: 'invalid-spec',
        message: expect.stringMatching(message) as string,
      },
    );
  });
});

test('GPTQ joins the lines of a file as rows of a data set, llama.cpp takes it as it is', () => {
  const file = ' \n = A = \n \n text \nlast';
  expect(textStream('gptq', file)).toBe('\n\n = A = \n\n\n\n\n text \n\n\nlast');
  expect(textStream('llama.cpp', file)).toBe(file);
});

const shared = fileURLToPath(new URL('../../../../../../shared/data', import.meta.url));

describe.skipIf(!existsSync(shared))(
  'stories260k on WikiText-2 as transformers has it (needs ../shared/data)',
  () => {
    const recorded = JSON.parse(readFileSync(new URL('./recorded.json', import.meta.url), 'utf8')) as Record<
      Convention,
      { value: number; error?: number; n: number }
    > & { characters: number; context: number };

    test.for(CONVENTIONS)('%s', async (convention) => {
      const source = join(shared, 'models/stories260k');
      const { folder } = await importModel({ source, folder: join(root, `stories-${convention}`) });
      const file = readFileSync(join(shared, 'eval/wikitext2/test.txt'), 'utf8').slice(
        0,
        recorded.characters,
      );
      const text = await stored(textStream(convention, file));
      const check = { convention, context: recorded.context, text };
      const { measurement } = await measured(await store.putFolder(folder), check);
      const { value, error, n } = recorded[convention];
      expect(measurement.n).toBe(n);
      expect(measurement.value / value).toBeCloseTo(1, 5);
      if (error !== undefined) expect((measurement.high - value) / (1.96 * error)).toBeCloseTo(1, 3);
    });
  },
);
