import {
  argmax,
  forward,
  generateGreedy,
  openSession,
  prefill,
  step,
  type DecoderSession,
} from '../../src/index.ts';
import { expect, onTestFinished, test } from 'vitest';
import { TINY, tinyDecoder, tinyFolder, tinyReference, tinyWeights } from '../tiny-decoder.ts';

const weights = tinyWeights(7);
const V = TINY.vocabulary;

async function open(
  options: { half?: boolean; positionIds?: boolean; scale?: number } = {},
): Promise<DecoderSession> {
  const folder = await tinyFolder(tinyDecoder(weights, options));
  const session = await openSession({ folder, engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1 } });
  onTestFinished(() => session.release());
  return session;
}

function expectRow(logits: Float32Array, row: number, tokens: number[], tolerance = 1e-5): void {
  const reference = tinyReference(weights, tokens).at(-1)!;
  for (let i = 0; i < V; i++) expect(Math.abs(logits[row * V + i]! - reference[i]!)).toBeLessThan(tolerance);
}

test.for([{}, { positionIds: true }])(
  'rows of different lengths decode as if each were alone (%j)',
  async (options) => {
    const session = await open(options);
    const prompts = [[1, 2, 3, 4, 5], [6], [7, 8, 9]];
    let result = await prefill({ session, prompts });
    prompts.forEach((prompt, row) => expectRow(result.logits, row, prompt));
    for (const tokens of [
      [10, 11, 12],
      [13, 14, 15],
      [16, 17, 18],
    ]) {
      result = await step({ session, tokens, cache: result.cache });
      prompts.forEach((prompt, row) => {
        prompt.push(tokens[row]!);
        expectRow(result.logits, row, prompt);
      });
    }
    expect([...result.cache.lengths]).toEqual([8, 4, 6]);
    result.cache.dispose();
  },
);

test('a chunk of tokens goes on from the cache of one sequence', async () => {
  const session = await open();
  const { cache } = await prefill({ session, prompts: [[1, 2, 3]] });
  const { logits } = await forward({ session, rows: [[4, 5, 6]], cache });
  const reference = tinyReference(weights, [1, 2, 3, 4, 5, 6])
    .slice(3)
    .flatMap((row) => [...row]);
  (logits.data as Float32Array).forEach((value, i) => expect(value).toBeCloseTo(reference[i]!, 4));
});

test('a float16 cache is fed back and gives nearly the same logits', async () => {
  const session = await open({ half: true });
  const first = await prefill({ session, prompts: [[1, 2, 3], [4]] });
  const { logits } = await step({ session, tokens: [5, 6], cache: first.cache });
  expectRow(logits, 0, [1, 2, 3, 5], 0.02);
  expectRow(logits, 1, [4, 6], 0.02);
});

test('an int8 cache is fed back, rows of different lengths in it, as if each were alone', async () => {
  const session = await open({ scale: 0.02 });
  expect(session.shape.cacheType).toBe('int8');
  const prompts = [[1, 2, 3], [4]];
  let result = await prefill({ session, prompts });
  for (const tokens of [
    [5, 6],
    [7, 8],
  ]) {
    result = await step({ session, tokens, cache: result.cache });
    for (const [row, prompt] of prompts.entries()) {
      prompt.push(tokens[row]!);
      const alone = await prefill({ session, prompts: [prompt] });
      alone.cache.dispose();
      for (let i = 0; i < V; i++) expect(result.logits[row * V + i]).toBeCloseTo(alone.logits[i]!, 5);
      expectRow(result.logits, row, prompt, 0.1);
    }
  }
  for (const tensor of Object.values(result.cache.tensors)) expect(tensor.data).toBeInstanceOf(Int8Array);
  result.cache.dispose();
});

test('greedy decoding takes the most likely token until each row ends', async () => {
  const session = await open();
  const prompts = [[1, 2, 3, 4, 5], [6]];
  const expected = prompts.map((prompt) => {
    const tokens = [...prompt];
    for (let i = 0; i < 8; i++)
      tokens.push(argmax(Float32Array.from(tinyReference(weights, tokens).at(-1)!), 0, V));
    return tokens.slice(prompt.length);
  });
  expect(await generateGreedy({ session, prompts, maxNewTokens: 8 })).toEqual(expected);

  const seen: [number, number][] = [];
  const eos = expected[0]![3]!;
  const ended = await generateGreedy({
    session,
    prompts,
    maxNewTokens: 8,
    eosIds: [eos],
    stop: (row, generated) => row === 1 && generated.length === 2,
    onToken: (row, token) => seen.push([row, token]),
  });
  const untilEos = expected[0]!.slice(0, expected[0]!.indexOf(eos));
  const second = expected[1]!.slice(0, 2);
  expect(ended).toEqual([untilEos, second.includes(eos) ? second.slice(0, second.indexOf(eos)) : second]);
  expect(seen.length).toBe(ended.flat().length);
});

test('a token outside the vocabulary names itself', async () => {
  const session = await open();
  await expect(prefill({ session, prompts: [[1, V]] })).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining(`token ${V} is outside the vocabulary of ${V}`) as string,
  });
});
