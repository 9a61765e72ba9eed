import { rm } from 'node:fs/promises';
import { Scenario, scenarioMetrics } from '@quantloop/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ofSide } from '../../../src/performance/alternation.ts';
import { measurePerformance } from '../../../src/performance/measure-performance.ts';
import type { OverlappingSamples } from '../../../src/performance/performance-samples.ts';
import { scenarioMeasurements } from '../../../src/performance/scenario-measurements.ts';
import { memoryCheckpoint, quiet, vocabularyFolder } from '../synthetic-engine.ts';
import { queueEngine, virtualClock, type QueueOptions } from './queue-engine.ts';

let folder: string;
beforeAll(async () => {
  folder = await vocabularyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

const BASELINE = 'the baseline';
const server = (options: Record<string, unknown>) =>
  Scenario.parse({ scenario: 'server', promptTokens: 8, newTokens: 5, requests: 12, ...options });

/** Measures one scenario on a server of known capacity. Answers take 0.5 s: 0.1 s to the first of five tokens. */
async function measure(
  scenario: Scenario,
  options: Partial<QueueOptions> & { baseline?: string; seed?: number; signal?: AbortSignal } = {},
) {
  const clock = virtualClock();
  const queue = queueEngine({ clock, places: () => 4, pace: () => ({ ttft: 0.1, itl: 0.1 }), ...options });
  const { loads } = await measurePerformance({
    engine: queue.engine,
    spec: { kind: 'onnxruntime', provider: 'cpu' },
    scenarios: [scenario],
    seed: options.seed ?? 7,
    candidate: folder,
    baseline: options.baseline,
    checkpoint: memoryCheckpoint(),
    signal: options.signal ?? new AbortController().signal,
    progress: () => {},
    resumed: () => {},
    readTexts: async () => [],
    watch: async () => async () => quiet,
    clock,
  });
  const levels = loads[0] as OverlappingSamples[];
  const metrics = scenarioMeasurements(scenario, levels);
  return { ...queue, levels, metrics, value: (name: string) => metrics[name]!.value };
}

describe('a closed loop', () => {
  test('keeps as many requests on their way as there are clients', async () => {
    const { seen, levels } = await measure(server({ load: { concurrency: 3 } }));
    expect(seen.most).toBe(3);
    for (const { requests } of levels[0]!.rounds) {
      for (const { due } of requests) {
        const inside = requests.filter((other) => other.due <= due && due < other.due + other.seconds);
        expect(inside.length).toBeLessThanOrEqual(3);
      }
    }
  });

  test('obeys the law of Little: clients = requests per second × latency', async () => {
    const scenario = server({ load: { concurrency: [1, 4, 8] }, requests: 64 });
    const { value } = await measure(scenario);
    for (const clients of [1, 4, 8]) {
      const name = `server.concurrency${clients}`;
      // At the end of a round clients fall idle one by one, hence a little less.
      const inside = value(`${name}.requests_per_second`) * value(`${name}.e2e.p50`);
      expect(inside).toBeGreaterThan(0.85 * clients);
      expect(inside).toBeLessThanOrEqual(clients * 1.001);
    }
    // Four places of 0.5 s each.
    expect(value('server.concurrency4.requests_per_second')).toBeCloseTo(8, 6);
    expect(value('server.concurrency8.requests_per_second')).toBeCloseTo(8, 6);
    expect(value('server.concurrency8.ttft.p50')).toBeCloseTo(0.6, 6);
  });

  test('counts output and total tokens per second', async () => {
    const { value } = await measure(server({ load: { concurrency: 4 } }));
    expect(value('server.concurrency4.tokens_per_second')).toBeCloseTo(40, 6);
    expect(value('server.concurrency4.total_tokens_per_second')).toBeCloseTo(8 * 13, 6);
  });
});

describe('an open loop', () => {
  test('sends requests when they are due, however many are still being answered', async () => {
    const { levels, asked } = await measure(server({ load: { rate: 50 } }), { places: () => 1 });
    const { rounds, load } = levels[0]!;
    expect(load.name).toBe('server.rate50');
    for (const { requests } of rounds) expect(requests.every(({ late }) => late < 1e-9)).toBe(true);
    expect(asked.length).toBeGreaterThan(36);
  });

  test('times count from when a request was due, so that a stall is felt by all who came during it', async () => {
    // The fifth request of each round holds the only place for 100 s.
    const { levels } = await measure(server({ load: { rate: 0.5 } }), {
      places: () => 1,
      pace: ({ number }) => ({ ttft: number === 30 ? 100 : 0.1, itl: 0.01 }),
    });
    const waited = levels[0]!.rounds.flatMap(({ requests }) => requests.map(({ ttft }) => ttft));
    const stalled = waited.filter((ttft) => ttft > 10);
    // 100 s at 0.5 requests/s: all the rest of the round queues up behind it.
    expect(stalled.length).toBeGreaterThan(3);
  });

  test('both models get the same requests at the same times, the next round others', async () => {
    const scenario = server({ load: { rate: 4 }, newTokens: { uniform: { min: 2, max: 9 } } });
    const { levels, asked } = await measure(scenario, { baseline: BASELINE });
    const { rounds } = levels[0]!;
    const dues = (side: 'baseline' | 'candidate') =>
      ofSide(rounds, side).map(({ requests }) =>
        requests.map(({ due, itl, promptTokens }) => [due.toFixed(9), itl.length, promptTokens]),
      );
    expect(dues('candidate')).toEqual(dues('baseline'));
    expect(dues('candidate')[0]).not.toEqual(dues('candidate')[1]);
    const order = rounds.map(({ side }) => (side === 'baseline' ? 'B' : 'C')).join('');
    expect(order.slice(0, 6)).toBe('BCCBBC');
    const prompts = (of: string) =>
      asked.filter((each) => each.folder === of).map(({ prompt }) => prompt.join());
    expect(new Set(prompts(BASELINE)).size).toBeGreaterThan(30);
  });

  test('the seed decides the arrivals, and nothing else does', async () => {
    const dues = async (seed: number) => {
      const { levels } = await measure(server({ load: { rate: 3 } }), { seed });
      return JSON.stringify(
        levels[0]!.rounds.map(({ requests }) => requests.map(({ due }) => due.toFixed(9))),
      );
    };
    expect(await dues(1)).toBe(await dues(1));
    expect(await dues(1)).not.toBe(await dues(2));
  });
});

test('no request is sent after the duration', async () => {
  for (const load of [{ concurrency: 2 }, { rate: 4 }]) {
    const { levels } = await measure(server({ load, requests: 1000, duration: '2 s' }));
    for (const { requests, seconds } of levels[0]!.rounds) {
      expect(Math.max(...requests.map(({ due }) => due))).toBeLessThan(2);
      expect(requests.length).toBeGreaterThan(2);
      expect(seconds).toBeLessThan(2 + 10);
    }
  }
});

test('goodput counts the requests that meet every limit', async () => {
  // Eight clients on four places: half of each moment's requests wait 0.5 s for a place, but the first four do not.
  const slo = { ttft: '300 ms', e2e: '2 s' };
  const { levels, value } = await measure(server({ load: { concurrency: 8 }, slo }));
  const requests = levels[0]!.rounds.flatMap((round) => round.requests);
  const good = requests.filter(({ ttft, seconds }) => ttft <= 0.3 && seconds <= 2).length;
  expect(good).toBe(3 * 4);
  expect(value('server.concurrency8.goodput_share')).toBeCloseTo(good / requests.length, 9);
  const perSecond = value('server.concurrency8.requests_per_second') * (good / requests.length);
  expect(value('server.concurrency8.goodput')).toBeCloseTo(perSecond, 9);
});

describe('a sweep', () => {
  test('of clients doubles them until throughput stops growing', async () => {
    const scenario = server({ load: { sweep: { concurrency: { max: 64 } } }, requests: 32 });
    const { levels, value } = await measure(scenario);
    expect(levels.map(({ load }) => load.name)).toEqual(
      [1, 2, 4, 8, 16].map((n) => `server.concurrency${n}`),
    );
    expect(value('server.saturation.concurrency')).toBe(4);
    expect(value('server.saturation.tokens_per_second')).toBeCloseTo(40, 6);
  });

  test('goes on until both models are saturated, and names the level of each', async () => {
    const scenario = server({ load: { sweep: { concurrency: { max: 16 } } }, requests: 32 });
    const places = (of: string) => (of === BASELINE ? 1 : 4);
    const { levels, metrics } = await measure(scenario, { places, baseline: BASELINE });
    expect(levels.map(({ load }) => load.name)).toEqual(
      [1, 2, 4, 8, 16].map((n) => `server.concurrency${n}`),
    );
    expect(metrics['server.saturation.concurrency']).toMatchObject({
      value: 4,
      versusBaseline: { ratio: { value: 4 }, difference: { value: 3 }, test: 'exact' },
    });
    const { versusBaseline } = metrics['server.saturation.tokens_per_second']!;
    expect(versusBaseline!.ratio.value).toBeCloseTo(4, 6);
  });

  test('of rates ends where more requests bring no more tokens', async () => {
    const scenario = server({ load: { sweep: { rate: { from: 1, max: 100 } } }, requests: 48 });
    const { levels, value } = await measure(scenario);
    // Four places of 0.5 s serve 8 requests a second.
    expect(value('server.saturation.rate')).toBeGreaterThanOrEqual(8);
    expect(value('server.saturation.rate')).toBeLessThanOrEqual(16);
    expect(levels.length).toBeLessThanOrEqual(7);
  });

  test('ends where fewer than nine in ten requests are good', async () => {
    const slo = { ttft: '300 ms' };
    const scenario = server({ load: { sweep: { concurrency: { max: 64 } } }, slo, requests: 32 });
    // Beyond four clients requests wait for a place.
    const { levels, value } = await measure(scenario);
    expect(levels.at(-1)!.load.name).toBe('server.concurrency8');
    expect(value('server.concurrency8.goodput_share')).toBeLessThan(0.9);
    expect(value('server.saturation.concurrency')).toBe(4);

    const hopeless = { ...scenario, slo: { ttft: { value: 0.01, relative: false } } } as typeof scenario;
    expect((await measure(hopeless)).levels).toHaveLength(1);
  });
});

test.each([
  { load: { concurrency: [1, 8] } },
  { load: { rate: [0.5, 2] }, slo: { tpot: 1 } },
  { load: { sweep: { concurrency: { max: 2 } } }, slo: { e2e: 10 } },
  { load: { sweep: { rate: { from: 1, max: 2 } } } },
])('every metric that core knows of $load is measured, with its direction', async (options) => {
  const scenario = server({ ...options, name: 'chat' });
  const { metrics } = await measure(scenario, { baseline: BASELINE });
  for (const { name, higherIsBetter } of scenarioMetrics(scenario)) {
    expect(metrics[name], name).toMatchObject({ higherIsBetter });
    const { value, low, high, versusBaseline } = metrics[name]!;
    expect(low, name).toBeLessThanOrEqual(value);
    expect(high, name).toBeGreaterThanOrEqual(value);
    expect(versusBaseline!.ratio.value, name).toBeCloseTo(1, 6);
  }
});

test('a faster candidate is faster by its factor, with an interval over the rounds', async () => {
  const { metrics } = await measure(server({ load: { concurrency: 4 } }), {
    baseline: BASELINE,
    pace: ({ folder: of, number }) => {
      const seconds = (of === BASELINE ? 0.1 : 0.05) * (1 + (number % 5) / 100);
      return { ttft: seconds, itl: seconds };
    },
  });
  const speed = metrics['server.concurrency4.tokens_per_second']!.versusBaseline!;
  expect(speed).toMatchObject({ pairs: 3, test: 'paired-trimmed-t' });
  expect(speed.ratio.value).toBeCloseTo(2, 1);
  expect(speed.ratio.low).toBeGreaterThan(1.8);
  expect(metrics['server.concurrency4.e2e.p95']!.versusBaseline!.ratio.value).toBeCloseTo(0.5, 1);
});

test('the first request that fails ends the round, and nothing waits for those that were to come', async () => {
  const scenario = server({ load: { rate: 0.001 } });
  const failing = measure(scenario, {
    pace: ({ number }) => {
      if (number > 30) throw new Error('the server has gone');
      return { ttft: 0.1, itl: 0.1 };
    },
  });
  await expect(failing).rejects.toThrow('the server has gone');
});

test('a cancelled measurement stops in the middle of a round', async () => {
  const cut = new AbortController();
  const running = measure(server({ load: { rate: 1 } }), {
    signal: cut.signal,
    pace: ({ number }) => {
      if (number === 31) cut.abort(new Error('cancelled'));
      return { ttft: 0.1, itl: 0.1 };
    },
  });
  await expect(running).rejects.toThrow('cancelled');
});
