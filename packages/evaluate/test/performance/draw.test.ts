import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Scenario, tokenCount } from '@quantloop/core';
import { importModel } from '@quantloop/models';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { drawCount } from '../../src/performance/draw-count.ts';
import { drawRequests } from '../../src/performance/draw-requests.ts';
import { loadsOf } from '../../src/performance/next-load.ts';
import { promptSources } from '../../src/performance/prompt-source.ts';
import { seeded } from '../../src/performance/seeded.ts';
import { drawArrivals } from '../../src/performance/server/draw-arrivals.ts';
import { randomLlama } from './random-llama.ts';

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: number[]) => {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
};

describe('numbers of tokens', () => {
  test('stay within their bounds, are whole, and are the same for the same seed', () => {
    const distribution = fc
      .record({
        kind: fc.constantFrom('uniform', 'normal', 'lognormal'),
        min: fc.integer({ min: 1, max: 50 }),
        width: fc.nat(200),
        mean: fc.double({ min: 1, max: 300, noNaN: true }),
        std: fc.double({ min: 0, max: 200, noNaN: true }),
      })
      .map(({ kind, min, width, mean, std }) => ({
        bounds: { min, max: min + width },
        count: tokenCount(1).parse({
          [kind]: { min, max: min + width, ...(kind === 'uniform' ? {} : { mean, std }) },
        }),
      }));
    fc.assert(
      fc.property(distribution, fc.nat(), ({ count, bounds }, seed) => {
        const draw = () =>
          Array.from(
            { length: 20 },
            (
              (random) => () =>
                drawCount(random, count)
            )(seeded(seed, 'x')),
          );
        const drawn = draw();
        expect(drawn).toEqual(draw());
        for (const value of drawn) {
          expect(Number.isInteger(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(bounds.min);
          expect(value).toBeLessThanOrEqual(bounds.max);
        }
      }),
    );
  });

  test.each([
    { kind: 'normal', mean: 200, std: 40 },
    { kind: 'lognormal', mean: 200, std: 100 },
  ])('of a $kind distribution have its mean and deviation', ({ kind, ...moments }) => {
    const random = seeded(1, 'moments');
    const count = tokenCount(1).parse({ [kind]: { ...moments, max: 100_000 } });
    const drawn = Array.from({ length: 20_000 }, () => drawCount(random, count));
    expect(mean(drawn) / moments.mean).toBeCloseTo(1, 1);
    expect(deviation(drawn) / moments.std).toBeCloseTo(1, 1);
  });

  test('that cannot be drawn are refused', () => {
    expect(tokenCount(2).safeParse(1).success).toBe(false);
    expect(tokenCount(1).safeParse({ uniform: { min: 9, max: 8 } }).error?.issues[0]?.message).toBe(
      'min is above max',
    );
  });
});

test('arrivals are a Poisson process: rate, and gaps as spread as they are long', () => {
  const arrivals = drawArrivals({ rate: 5, requests: 20_000, seed: 3, purpose: 'x' });
  expect(arrivals[0]).toBe(0);
  const gaps = arrivals.slice(1).map((time, i) => time - arrivals[i]!);
  expect(Math.min(...gaps)).toBeGreaterThan(0);
  expect(mean(gaps) * 5).toBeCloseTo(1, 1);
  expect(deviation(gaps) * 5).toBeCloseTo(1, 1);
  // Of exponential gaps e⁻¹ are longer than the mean.
  expect(gaps.filter((gap) => gap > 1 / 5).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
});

describe('real prompts', () => {
  const text = { digest: `sha256:${'0'.repeat(64)}`, size: 1, mediaType: 'application/jsonl' };
  const offline = Scenario.parse({ scenario: 'offline', prompts: text, newTokens: 200, batch: 2 });

  async function folder(): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), 'quantloop-prompts-'));
    onTestFinished(() => rm(root, { recursive: true }));
    const source = await randomLlama({ hidden: 32, layers: 1 });
    await importModel({ source, folder: join(root, 'model') });
    await rm(source, { recursive: true });
    return join(root, 'model');
  }
  /** The tokenizer has one token a character, from this one on. */
  const ofTokens = (count: number, id = 7) => String.fromCharCode(0x4e00 + id).repeat(count);

  test('are taken in order, over and over; those without room for the new tokens are left out', async () => {
    const texts = [ofTokens(3, 5), ofTokens(57), ofTokens(56, 6), ofTokens(2, 8)];
    const sources = await promptSources({
      scenarios: [offline],
      folder: await folder(),
      readTexts: async () => texts,
    });
    const load = loadsOf(offline)[0]!;
    const rows = [0, 1, -1].flatMap((request) =>
      drawRequests({ load, request, seed: 1, source: sources.get(offline)! }),
    );
    expect(rows.map(({ prompt }) => [prompt.length, prompt[0]])).toEqual([
      [3, 5],
      [56, 6],
      [2, 8],
      [3, 5],
      [56, 6],
      [2, 8],
    ]);
  });

  test('of which none fits are refused, with the length of the shortest', async () => {
    const options = {
      scenarios: [offline],
      folder: await folder(),
      readTexts: async () => [ofTokens(100), ofTokens(80)],
    };
    await expect(promptSources(options)).rejects.toMatchObject({
      code: 'invalid-spec',
      message:
        'scenario "offline" needs at least 280 tokens (80 of its shortest prompt + 200 new), the model has room for 256',
    });
  });
});
