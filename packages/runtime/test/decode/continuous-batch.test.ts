import {
  argmax,
  ContinuousBatch,
  generateGreedy,
  openSession,
  prefill,
  step,
  type ContinuousBatchOptions,
  type DecodeResult,
  type DecoderSession,
  type GeneratedToken,
  type GenerationRequest,
  type TokenScore,
} from '../../src/index.ts';
import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { detectCacheLayout } from '../../src/decode/cache-layout.ts';
import { gatherRows } from '../../src/decode/gather-rows.ts';
import { elementaryDecoder } from '../elementary-decoder.ts';
import { TINY, tinyDecoder, tinyFolder, tinyReference, tinyWeights } from '../tiny-decoder.ts';

const weights = tinyWeights(7);
const MODELS = {
  'fused attention': () => tinyDecoder(weights),
  'fused attention, cache in float16': () => tinyDecoder(weights, { half: true }),
  'elementary attention': () => elementaryDecoder(weights),
};

async function open(bytes: Uint8Array, decoding = false): Promise<DecoderSession> {
  const folder = await tinyFolder(bytes);
  const engine = { kind: 'onnxruntime', provider: 'cpu', threads: 1 } as const;
  const session = await openSession({ folder, engine, decoding });
  onTestFinished(() => session.release());
  return session;
}

function batchOf(session: DecoderSession, options: Partial<ContinuousBatchOptions> = {}): ContinuousBatch {
  const batch = new ContinuousBatch({ session, maxLength: TINY.context, ...options });
  onTestFinished(() => batch.close());
  return batch;
}

async function read(stream: ReadableStream<GeneratedToken>): Promise<number[]> {
  const tokens: number[] = [];
  for await (const { token } of stream) tokens.push(token);
  return tokens;
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await nextTurn();
};

test.for([
  ['fused attention', 'packed'],
  ['fused attention, cache in float16', 'packed'],
  ['elementary attention', 'appended'],
] as const)('a model of %s keeps its cache %s', async ([name, layout]) => {
  expect(await detectCacheLayout(await open(MODELS[name]()))).toBe(layout);
});

describe.each(
  Object.entries(MODELS).flatMap(([name, bytes]) =>
    [false, true].map((decoding) => [name, decoding, bytes] as const),
  ),
)('with %s (for decoding: %s)', (_, decoding, bytes) => {
  test('requests that come and go get the tokens they get alone, and their places are free again', async () => {
    const session = await open(bytes(), decoding);
    const arrival = fc.record({
      prompt: fc.array(fc.nat(TINY.vocabulary - 1), { minLength: 1, maxLength: 20 }),
      maxNewTokens: fc.integer({ min: 1, max: 12 }),
      eosIds: fc.array(fc.nat(TINY.vocabulary - 1), { maxLength: 2 }),
      /** Turns of the event loop after the request before it: a step takes one. */
      after: fc.nat(6),
      /** Leave after so many tokens. */
      leave: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 3 }),
    });
    const settings = fc.record({
      maxBatch: fc.integer({ min: 1, max: 4 }),
      prefillTokens: fc.integer({ min: 1, max: 24 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrival, { minLength: 1, maxLength: 8 }),
        settings,
        async (requests, options) => {
          const batch = new ContinuousBatch({ session, maxLength: TINY.context, ...options });
          let most = 0;
          const served: Promise<number[]>[] = [];
          for (const { after, leave, ...request } of requests) {
            await turns(after);
            served.push(
              (async () => {
                const tokens: number[] = [];
                for await (const { token } of batch.submit(request)) {
                  most = Math.max(most, batch.load.running);
                  tokens.push(token);
                  if (tokens.length === leave) break;
                }
                return tokens;
              })(),
            );
          }
          const together = await Promise.all(served);
          for (const [i, { prompt, leave, ...rest }] of requests.entries()) {
            const [alone] = await generateGreedy({ session, prompts: [prompt], ...rest });
            expect(together[i]).toEqual(alone!.slice(0, leave));
          }
          expect(most).toBeLessThanOrEqual(options.maxBatch);
          await turns(4);
          expect(batch.load).toEqual({ running: 0, waiting: 0 });
          await batch.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});

test('an aborted request throws its reason and makes room for the next', async () => {
  const batch = batchOf(await open(tinyDecoder(weights)), { maxBatch: 1 });
  const cut = new AbortController();
  const first = batch.submit({ prompt: [1, 2], maxNewTokens: 60, signal: cut.signal });
  const second = read(batch.submit({ prompt: [3], maxNewTokens: 3 }));
  const reading = (async () => {
    let count = 0;
    for await (const _ of first) if (++count === 2) cut.abort(new Error('the client left'));
  })();
  await expect(reading).rejects.toThrow('the client left');
  expect(await second).toHaveLength(3);
  await expect(read(batch.submit({ prompt: [1], maxNewTokens: 1, signal: cut.signal }))).rejects.toThrow(
    'left',
  );
});

test('a long prompt is computed in parts between the steps of running requests', async () => {
  const batch = batchOf(await open(tinyDecoder(weights)), { prefillTokens: 4 });
  const order: string[] = [];
  const note = async (name: string, request: GenerationRequest) => {
    for await (const _ of batch.submit(request)) order.push(name);
  };
  const running = note('short', { prompt: [1], maxNewTokens: 20 });
  await turns(3);
  await Promise.all([running, note('long', { prompt: Array(40).fill(2), maxNewTokens: 1 })]);
  // Ten parts of four tokens: at least nine steps of the running request go in between.
  expect(order.indexOf('long')).toBeGreaterThanOrEqual(9);
  expect(order.indexOf('long')).toBeLessThan(20);
});

test('each request chooses its tokens by itself', async () => {
  const session = await open(tinyDecoder(weights));
  const batch = batchOf(session);
  const least = (logits: Float32Array) =>
    argmax(
      logits.map((x) => -x),
      0,
      logits.length,
    );
  const seen: number[] = [];
  const [greedy, contrary] = await Promise.all([
    read(batch.submit({ prompt: [1, 2, 3], maxNewTokens: 5 })),
    read(
      batch.submit({
        prompt: [1, 2, 3],
        maxNewTokens: 5,
        choose: (logits, generated) => (seen.push(generated.length), least(logits)),
      }),
    ),
  ]);
  expect([greedy]).toEqual(await generateGreedy({ session, prompts: [[1, 2, 3]], maxNewTokens: 5 }));
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  const tokens = [1, 2, 3];
  for (const token of contrary) {
    const reference = Float32Array.from(tinyReference(weights, tokens).at(-1)!);
    expect(token).toBe(least(reference));
    tokens.push(token);
  }
});

test.each([
  ['as it is', false],
  ['for decoding', true],
])(
  'scores of prompt and new tokens are log-probabilities, the prompt in parts or whole: a graph opened %s',
  async (_, decoding) => {
    const session = await open(tinyDecoder(weights), decoding);
    const prompt = [1, 2, 3, 4, 5, 6, 7];
    for (const prefillTokens of [3, 100]) {
      const batch = batchOf(session, { prefillTokens });
      let ofPrompt: readonly (TokenScore | undefined)[] = [];
      const request = {
        prompt,
        maxNewTokens: 4,
        scores: { top: 2, onPrompt: (s: typeof ofPrompt) => (ofPrompt = s) },
      };
      const other = read(batch.submit({ prompt: [9], maxNewTokens: 8 }));
      const generated: GeneratedToken[] = [];
      for await (const token of batch.submit(request)) generated.push(token);
      await other;
      expect(ofPrompt[0]).toBeUndefined();
      const all = [...ofPrompt.slice(1), ...generated.map(({ score }) => score)] as TokenScore[];
      const tokens = [...prompt, ...generated.map(({ token }) => token)];
      expect(all.map(({ token }) => token)).toEqual(tokens.slice(1));
      tinyReference(weights, tokens.slice(0, -1)).forEach((logits, i) => {
        const norm = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
        const ranked = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, 2);
        expect(all[i]!.logProbability).toBeCloseTo(logits[tokens[i + 1]!]! - norm, 4);
        expect(all[i]!.top.map(({ token }) => token)).toEqual(ranked);
        expect(all[i]!.top[0]!.logProbability).toBeCloseTo(logits[ranked[0]!]! - norm, 4);
      });
    }
  },
);

test('a prompt alone can be scored', async () => {
  const batch = batchOf(await open(tinyDecoder(weights)));
  let count = 0;
  const request = {
    prompt: [1, 2, 3],
    maxNewTokens: 0,
    scores: { top: 0, onPrompt: (scores: readonly unknown[]) => (count = scores.length) },
  };
  expect(await read(batch.submit(request))).toEqual([]);
  expect(count).toBe(3);
});

test.each([
  { request: { prompt: [], maxNewTokens: 1 }, message: 'the prompt is empty' },
  {
    request: { prompt: [TINY.vocabulary], maxNewTokens: 1 },
    message: 'token 23 is outside the vocabulary of 23',
  },
  {
    request: { prompt: Array(60).fill(1), maxNewTokens: 5 },
    message: '60 prompt and 5 new tokens are more than the 64 that fit',
  },
])('$message: refused at once', async ({ request, message }) => {
  const batch = batchOf(await open(tinyDecoder(weights)));
  expect(() => batch.submit(request)).toThrow(message);
});

test('a model without finite logits fails its requests, and a failing reader only its own', async () => {
  const broken = tinyWeights(7);
  broken.head.data.fill(NaN);
  const failing = batchOf(await open(tinyDecoder(broken)));
  await expect(read(failing.submit({ prompt: [1], maxNewTokens: 2 }))).rejects.toMatchObject({
    code: 'non-finite',
    message: 'the model yields no finite logit for token 0',
  });

  const batch = batchOf(await open(tinyDecoder(weights)));
  const choose = () => {
    throw new Error('no choice');
  };
  const [bad, good] = await Promise.allSettled([
    read(batch.submit({ prompt: [1], maxNewTokens: 2, choose })),
    read(batch.submit({ prompt: [1], maxNewTokens: 2 })),
  ]);
  expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
});

test('closing fails what is running and what waits', async () => {
  const batch = batchOf(await open(tinyDecoder(weights)), { maxBatch: 1 });
  const reading = [1, 2].map((token) => read(batch.submit({ prompt: [token], maxNewTokens: 60 })));
  await turns(3);
  const settled = Promise.allSettled(reading);
  await batch.close();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('rows of a cache gathered in another order go on as before', async () => {
  const session = await open(tinyDecoder(weights));
  const { cache } = await prefill({ session, prompts: [[1, 2, 3], [4], [5, 6]] });
  const kept = gatherRows(
    [
      { cache, row: 2 },
      { cache, row: 1 },
    ],
    'packed',
  );
  expect([[...kept.lengths], kept.padded, [...kept.mask]]).toEqual([[2, 1], 2, [1n, 1n, 1n, 0n]]);
});

test.for([
  ['fused attention', {}],
  ['fused attention, cache in int8', { scale: 0.02 }],
] as const)(
  'a session for decoding keeps its cache in place, up to the last position: %s',
  async ([, options]) => {
    const bytes = tinyDecoder(weights, options);
    const [plain, inPlace] = [await open(bytes), await open(bytes, true)];
    const prompts = [[1, 2, 3], [4]];
    const results = [plain, inPlace].map((session) => prefill({ session, prompts }));
    let [a, b] = (await Promise.all(results)) as [DecodeResult, DecodeResult];
    const held = new Set<unknown>();
    for (let length = prompts[0]!.length; length < TINY.context; length++) {
      expect(b.logits).toEqual(a.logits);
      const tokens = [length % TINY.vocabulary, 5];
      a = await step({ session: plain, tokens, cache: a.cache });
      b = await step({ session: inPlace, tokens, cache: b.cache });
      held.add(b.cache.tensors);
    }
    expect(b.logits).toEqual(a.logits);
    expect([...b.cache.lengths]).toEqual([TINY.context, TINY.context - 2]);
    // 61 steps: the cache grew by its reserve, and was not made anew each time.
    expect(held.size).toBeLessThanOrEqual(3);
  },
);

test('keys and values are put out whole where attention is elementary, or converts what it keeps', async () => {
  const sessions = await Promise.all(Object.values(MODELS).map((bytes) => open(bytes(), true)));
  expect(sessions.map(({ shape }) => shape.emitsColumns)).toEqual([true, false, false]);
  expect(sessions.map(({ shape }) => shape.selects)).toEqual([true, true, true]);
});
