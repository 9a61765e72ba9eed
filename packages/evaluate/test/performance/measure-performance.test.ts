import { rm } from 'node:fs/promises';
import { Scenario, scenarioMetrics, type Metrics } from '@quantloop/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ofSide } from '../../src/performance/alternation.ts';
import { measurePerformance } from '../../src/performance/measure-performance.ts';
import type { MachineState } from '../../src/performance/machine/machine-state.ts';
import type { SequentialSamples } from '../../src/performance/performance-samples.ts';
import { scenarioMeasurements } from '../../src/performance/scenario-measurements.ts';
import { memoryCheckpoint, quiet, syntheticEngine, vocabularyFolder, type Pace } from './synthetic-engine.ts';

let folder: string;
beforeAll(async () => {
  folder = await vocabularyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

const steady = (ttft: number, itl: number): Pace => ({ ttft, itl: () => itl });
const single = (options = {}) =>
  Scenario.parse({ scenario: 'single-stream', promptTokens: 8, newTokens: 4, ...options });
const offline = (options = {}) =>
  Scenario.parse({ scenario: 'offline', promptTokens: 8, newTokens: 4, batch: [4, 1], ...options });

/** The baseline is opened from a folder of another name; only the candidate's is read for its vocabulary. */
const BASELINE = 'the baseline';

function measure(
  synthetic: ReturnType<typeof syntheticEngine>,
  options: Partial<Parameters<typeof measurePerformance>[0]> = {},
) {
  return measurePerformance({
    engine: synthetic.engine,
    spec: { kind: 'onnxruntime', provider: 'cpu' },
    scenarios: [single()],
    seed: 7,
    candidate: folder,
    checkpoint: memoryCheckpoint(),
    signal: new AbortController().signal,
    progress: () => {},
    resumed: () => {},
    readTexts: async () => [],
    watch: async () => async () => quiet,
    ...options,
  });
}

const metricsOf = (
  { loads }: Awaited<ReturnType<typeof measure>>,
  scenarios: Scenario[] = [single()],
): Metrics => Object.assign({}, ...loads.map((each, i) => scenarioMeasurements(scenarios[i]!, each)));

/** The only load of the only scenario. */
const onlyLoad = ({ loads }: Awaited<ReturnType<typeof measure>>) => loads[0]![0] as SequentialSamples;

/** Calls behind the one that measures memory and behind the warm-up, which ends after three steady requests a model. */
const measuredCalls = <T>(calls: T[], models: number) => calls.slice(1 + 3 * models);

describe('the definitions of the vLLM benchmark', () => {
  test('TTFT, TPOT, ITL and tokens per second of a steady model come out exactly', async () => {
    const metrics = metricsOf(await measure(syntheticEngine(() => steady(0.5, 0.125))));
    const value = (name: string) => metrics[`single-stream.${name}`]!.value;
    expect(value('ttft.p50')).toBeCloseTo(0.5, 9);
    expect(value('tpot.p99')).toBeCloseTo(0.125, 9);
    expect(value('itl.p90')).toBeCloseTo(0.125, 9);
    expect(value('tokens_per_second')).toBeCloseTo(4 / 0.875, 9);
  });

  test('TPOT is the mean gap of a request, ITL percentiles pool all gaps', async () => {
    const metrics = metricsOf(
      await measure(syntheticEngine(() => ({ ttft: 1, itl: (k) => [0, 0.1, 0.2, 0.6][k]! }))),
    );
    expect(metrics['single-stream.tpot.p50']!.value).toBeCloseTo(0.3, 9);
    expect(metrics['single-stream.itl.p50']!.value).toBeCloseTo(0.2, 9);
    expect(metrics['single-stream.itl.p99']!.value).toBeCloseTo(0.6, 9);
  });

  test('percentiles interpolate between requests as numpy does', async () => {
    // Measured requests take 0.1 … 1.0 s to their first token; numpy.percentile gives 0.55, 0.91 and 0.991.
    const synthetic = syntheticEngine((_, i) => steady(i < 4 ? 1 : ((i - 4) % 10) / 10 + 0.1, 10));
    const metrics = metricsOf(await measure(synthetic));
    expect(metrics['single-stream.ttft.p50']!.value).toBeCloseTo(0.55, 9);
    expect(metrics['single-stream.ttft.p90']!.value).toBeCloseTo(0.91, 9);
    expect(metrics['single-stream.ttft.p99']!.value).toBeCloseTo(0.991, 9);
  });

  test('throughput counts the tokens of all rows, and the largest batch stands for the scenario', async () => {
    const synthetic = syntheticEngine((call) => steady(0.1 * call.prompts.length, 0.1));
    const scenarios = [offline()];
    const metrics = metricsOf(await measure(synthetic, { scenarios }), scenarios);
    expect(metrics['offline.batch1.tokens_per_second']!.value).toBeCloseTo(4 / 0.4, 9);
    expect(metrics['offline.batch4.tokens_per_second']!.value).toBeCloseTo(16 / 0.7, 9);
    expect(metrics['offline.tokens_per_second']).toEqual(metrics['offline.batch4.tokens_per_second']);
    expect(metrics['offline.batch4.ttft.p50']!.value).toBeCloseTo(0.4, 9);
  });

  test('every metric that core knows of a scenario is measured, with the same direction', async () => {
    const scenarios = [single({ name: 'chat' }), offline({ name: 'nightly' })];
    const metrics = metricsOf(
      await measure(
        syntheticEngine(() => steady(0.1, 0.1)),
        { scenarios },
      ),
      scenarios,
    );
    for (const { name, higherIsBetter } of scenarios.flatMap(scenarioMetrics)) {
      expect(metrics[name], name).toMatchObject({ higherIsBetter, convention: 'vllm-benchmark' });
    }
  });

  test('an engine that gives another number of tokens is refused', async () => {
    const { engine } = syntheticEngine(() => steady(0.1, 0.1));
    const short: typeof engine = {
      ...engine,
      open: async (options) => {
        const model = await engine.open(options);
        return { ...model, generate: (call) => model.generate({ ...call, newTokens: call.newTokens - 1 }) };
      },
    };
    await expect(measure({ engine: short, calls: [], events: [] }, { baseline: BASELINE })).rejects.toThrow(
      'the engine generated 3 tokens where 4 were asked for',
    );
  });
});

describe('a further look', () => {
  test.for([
    ['single-stream', (times: number) => single({ requests: 3 * times })],
    ['offline', (times: number) => offline({ batch: 2, repetitions: 3 * times })],
    [
      'server',
      (times: number) =>
        Scenario.parse({
          scenario: 'server',
          promptTokens: 8,
          newTokens: 4,
          load: { concurrency: 1 },
          requests: 2,
          repetitions: 3 * times,
        }),
    ],
  ] as [string, (times: number) => Scenario][])(
    'asks only for what an earlier one did not, in the same order: %s',
    async ([, scenario]) => {
      const measured = async (times: number, known?: Awaited<ReturnType<typeof measure>>) => {
        const synthetic = syntheticEngine(() => steady(0.1, 0.1));
        const result = await measure(synthetic, {
          baseline: BASELINE,
          scenarios: [scenario(times)],
          ...(known && { known: async () => ({ ...known, loads: known.loads.flat() }) }),
        });
        const calls = measuredCalls(synthetic.calls, 2);
        return { result, calls: calls.map(({ folder, prompts }) => [folder, prompts.map(String)]) };
      };
      const whole = await measured(2);
      const half = await measured(1);
      const rest = await measured(2, half.result);
      expect(half.calls).toEqual(whole.calls.slice(0, half.calls.length));
      expect([half.calls.length, rest.calls.length]).toEqual([
        whole.calls.length / 2,
        whole.calls.length / 2,
      ]);
      expect([...half.calls, ...rest.calls]).toEqual(whole.calls);
      const metrics = [whole, rest].map(({ result }) => metricsOf(result, [scenario(2)]));
      expect(Object.keys(metrics[1]!)).toEqual(Object.keys(metrics[0]!));
      for (const [name, { value, n }] of Object.entries(metrics[0]!)) {
        // A server's times count from when a request was due, by the clock on the wall.
        if (!name.startsWith('server')) expect(metrics[1]![name]!.value, name).toBeCloseTo(value, 9);
        expect(metrics[1]![name]!.n, name).toBe(n);
      }
    },
  );
});

describe('alternation', () => {
  test('baseline and candidate take turns, mirrored from pair to pair', async () => {
    const synthetic = syntheticEngine(() => steady(0.1, 0.1));
    await measure(synthetic, { baseline: BASELINE, scenarios: [single({ requests: 4 })] });
    const order = measuredCalls(synthetic.calls, 2).map((call) => (call.folder === BASELINE ? 'B' : 'C'));
    expect(order.join('')).toBe('BCCBBCCB');
  });

  test('both models get the same prompts in a pair, other prompts in the next, and none has a special token', async () => {
    const synthetic = syntheticEngine(() => steady(0.1, 0.1));
    await measure(synthetic, { baseline: BASELINE, scenarios: [offline({ batch: 3 })] });
    const prompts = measuredCalls(synthetic.calls, 2).map((call) =>
      call.prompts.map((prompt) => [...prompt]),
    );
    const pairs = Array.from({ length: 5 }, (_, i) => prompts.slice(2 * i, 2 * i + 2));
    for (const [first, second] of pairs) expect(first).toEqual(second);
    expect(new Set(pairs.map(([first]) => JSON.stringify(first))).size).toBe(5);
    const ids = new Set(prompts.flat(2));
    expect([0, 1, 9].filter((id) => ids.has(id))).toEqual([]);
    expect(prompts[0]!.map(({ length }) => length)).toEqual([8, 8, 8]);
  });

  test('the seed decides the prompts, and nothing else does', async () => {
    const promptsOf = async (seed: number) => {
      const synthetic = syntheticEngine(() => steady(0.1, 0.1));
      await measure(synthetic, { seed });
      return JSON.stringify(synthetic.calls.map((call) => call.prompts.map((prompt) => [...prompt])));
    };
    const [first, second, other] = [await promptsOf(1), await promptsOf(1), await promptsOf(2)];
    expect(first).toBe(second);
    expect(first).not.toBe(other);
  });

  test('a machine that slows down steadily does not make equal models look different', async () => {
    // Each request takes 2 % longer than the one before it.
    const synthetic = syntheticEngine((_, i) => steady(0.1 * 1.02 ** i, 0.1 * 1.02 ** i));
    const metrics = metricsOf(await measure(synthetic, { baseline: BASELINE }));
    const { ratio } = metrics['single-stream.tpot.p50']!.versusBaseline!;
    expect(ratio.value).toBeCloseTo(1, 3);
    expect(ratio.low).toBeLessThan(1);
    expect(ratio.high).toBeGreaterThan(1);
  });

  test('a request in five hit by the machine does not move the ratio', async () => {
    const synthetic = syntheticEngine((call, i) => {
      const pace = call.folder === BASELINE ? 0.2 : 0.1 * (1 + (i % 3) / 1000);
      return steady(pace, i % 10 === 7 ? 20 * pace : pace);
    });
    const metrics = metricsOf(await measure(synthetic, { baseline: BASELINE }));
    const { ratio, pairs, test } = metrics['single-stream.tpot.p50']!.versusBaseline!;
    expect({ pairs, test }).toEqual({ pairs: 10, test: 'paired-trimmed-t' });
    expect(ratio.value).toBeCloseTo(0.5, 2);
    expect(ratio.high).toBeLessThan(0.52);
  });

  test('tails are compared by resampling the pairs', async () => {
    const synthetic = syntheticEngine((call) => steady(call.folder === BASELINE ? 0.2 : 0.1, 0.1));
    const metrics = metricsOf(await measure(synthetic, { baseline: BASELINE }));
    const comparison = metrics['single-stream.ttft.p99']!.versusBaseline!;
    expect(comparison).toMatchObject({ pairs: 10, test: 'paired-bootstrap' });
    expect(comparison.ratio.value).toBeCloseTo(0.5, 9);
    expect(comparison.difference.value).toBeCloseTo(-0.1, 9);
  });

  test('the baseline alone is measured without a comparison', async () => {
    const synthetic = syntheticEngine(() => steady(0.1, 0.1));
    const metrics = metricsOf(await measure(synthetic));
    expect(Object.values(metrics).filter((metric) => metric.versusBaseline !== undefined)).toEqual([]);
    expect(measuredCalls(synthetic.calls, 1)).toHaveLength(10);
  });
});

describe('how much is measured', () => {
  test('requests that are still getting faster are warm-up and count nowhere', async () => {
    const falling = [5, 4, 3, 2, 1];
    const synthetic = syntheticEngine((_, i) => steady(falling[i - 1] ?? 1, 0.1));
    const result = await measure(synthetic);
    const { warmUp, requests } = onlyLoad(result);
    expect(warmUp.candidate!.map((seconds) => Math.round(seconds))).toEqual([5, 4, 3, 2, 1, 1, 1]);
    expect(requests.every((request) => Math.abs(request.ttft - 1) < 1e-9)).toBe(true);
  });

  test('a model that never stops getting faster is measured after eight requests', async () => {
    const synthetic = syntheticEngine((_, i) => steady(0.9 ** i, 0));
    const result = await measure(synthetic);
    expect(onlyLoad(result).warmUp.candidate).toHaveLength(8);
  });

  test('steady numbers need no more requests than asked for', async () => {
    const result = await measure(
      syntheticEngine(() => steady(0.1, 0.1)),
      { baseline: BASELINE },
    );
    expect(onlyLoad(result)).toMatchObject({ noise: expect.closeTo(0, 9) });
    expect(ofSide(onlyLoad(result).requests, 'candidate')).toHaveLength(10);
  });

  test('noisy numbers get up to twice the requests and are marked as disturbed', async () => {
    const synthetic = syntheticEngine((_, i) => steady([0.1, 0.3, 0.9, 0.2, 0.6][(i * i) % 5]!, 0.01));
    const result = await measure(synthetic, { scenarios: [single({ requests: 3 })], baseline: BASELINE });
    expect(ofSide(onlyLoad(result).requests, 'baseline')).toHaveLength(6);
    expect(onlyLoad(result).noise).toBeGreaterThan(0.05);
    expect(onlyLoad(result).disturbed).toBe(true);
  });

  test('where the machine is disturbed the job waits for it to become quiet, as long as it has patience', async () => {
    const contended = { ...quiet, foreignShare: 0.6, idleShare: 0.01 };
    // While nothing is measured other work leaves cores idle and yet would be in the way.
    const busy = { ...quiet, foreignShare: 0.5, idleShare: 0.5 };
    const measuring = (states: MachineState[], patience: number) => {
      const watch = async () => async () => states.shift()!;
      return measure(
        syntheticEngine(() => steady(0.1, 0.1)),
        { watch, patience },
      );
    };
    const found = await measuring([contended, busy, busy, quiet, contended, quiet, quiet], 2);
    expect(onlyLoad(found)).toMatchObject({ repeated: 2, disturbed: false });
    const given = await measuring([contended, busy, quiet, contended, busy], 0.4);
    expect(onlyLoad(given)).toMatchObject({ repeated: 1, disturbed: true });
  });

  test('other work that comes and goes makes the ratio of a disturbed job less sure than that of its pairs', async () => {
    // Pairs take 0.2 s or more. For some ten of them at a time the other work sits on the candidate's core, then on the other's.
    const hit = (pair: number) => [1, 3, 2, 1, 3, 1, 2, 3][Math.floor(pair / 10) % 8]!;
    const pace = (call: { folder: string }, i: number) => {
      const noise = 1 + (i % 3) / 100;
      return steady((call.folder === BASELINE ? 0.05 : 0.05 * hit(Math.floor(i / 2))) * noise, 0.05);
    };
    const compared = async (state: MachineState) => {
      const watch = async () => async () => state;
      const options = { baseline: BASELINE, watch, scenarios: [single({ requests: 80 })] };
      const metrics = metricsOf(await measure(syntheticEngine(pace), options), [single({ requests: 80 })]);
      return metrics['single-stream.ttft.p50']!.versusBaseline!;
    };
    const disturbed = await compared({ ...quiet, foreignShare: 0.6, idleShare: 0.01 });
    const undisturbed = await compared(quiet);
    const width = ({ ratio }: typeof disturbed) => Math.log(ratio.high / ratio.low);
    expect(width(disturbed)).toBeGreaterThan(1.3 * width(undisturbed));
    expect(disturbed.ratio.value).toBeCloseTo(undisturbed.ratio.value, 0);
    expect(disturbed.pairs).toBeGreaterThanOrEqual(80);
  });

  test('on a disturbed machine more is measured, as long as the job has patience', async () => {
    const contended = { ...quiet, foreignShare: 0.6, idleShare: 0.01 };
    const requestsOf = async (state: MachineState, patience: number) => {
      const synthetic = syntheticEngine((call) => steady(call.folder === BASELINE ? 0.02 : 0.01, 0.01));
      const watch = async () => async () => state;
      const { requests } = onlyLoad(await measure(synthetic, { baseline: BASELINE, watch, patience }));
      return { pairs: requests.length / 2, seconds: requests.reduce((sum, each) => sum + each.seconds, 0) };
    };
    expect(await requestsOf(quiet, 1)).toMatchObject({ pairs: 10 });
    expect(await requestsOf(contended, 0)).toMatchObject({ pairs: 20 });
    const { pairs, seconds } = await requestsOf(contended, 2);
    expect(pairs).toBeGreaterThan(20);
    expect(seconds).toBeGreaterThan(0.9 + 1);
    expect(seconds).toBeLessThan(0.9 + 2);
  });

  test('one that the machine disturbs again and again says so', async () => {
    const stolen = { ...quiet, stealShare: 0.3 };
    const synthetic = syntheticEngine(() => steady(0.1, 0.1));
    const result = await measure(synthetic, { watch: async () => async () => stolen });
    expect(onlyLoad(result)).toMatchObject({ repeated: 0, disturbed: true, machine: { stealShare: 0.3 } });
  });

  test('the candidate works alone, at its largest batch, before the baseline is loaded', async () => {
    const synthetic = syntheticEngine(() => steady(0.1, 0.1));
    const { memory } = await measure(synthetic, { baseline: BASELINE, scenarios: [single(), offline()] });
    expect(synthetic.events.slice(0, 4)).toEqual([
      `open ${folder}`,
      `generate ${folder}`,
      `generate ${folder}`,
      `open ${BASELINE}`,
    ]);
    expect(synthetic.calls.slice(0, 2).map((call) => call.prompts.length)).toEqual([1, 4]);
    expect(synthetic.events.slice(-2).sort()).toEqual([`release ${BASELINE}`, `release ${folder}`].sort());
    expect(memory.peak).toBeGreaterThan(2 ** 20);
  });
});

describe('interruption', () => {
  test('a job that was cut off goes on behind its last finished load', async () => {
    const scenarios = [single(), offline()];
    const checkpoint = memoryCheckpoint();
    const cut = new AbortController();
    const first = syntheticEngine((call) => {
      if (call.prompts.length === 4 && first.calls.length > 10) cut.abort(new Error('cut off'));
      return steady(0.1, 0.1);
    });
    await expect(measure(first, { scenarios, checkpoint, signal: cut.signal })).rejects.toThrow('cut off');
    expect(await checkpoint.names()).toEqual(['memory', 'offline.batch1', 'single-stream']);
    expect(first.events.at(-1)).toBe(`release ${folder}`);

    let taken = 0;
    const second = syntheticEngine(() => steady(0.3, 0.3));
    const result = await measure(second, { scenarios, checkpoint, resumed: (blocks) => (taken = blocks) });
    expect(taken).toBe(3);
    expect(new Set(second.calls.map((call) => call.prompts.length))).toEqual(new Set([4]));
    const metrics = metricsOf(result, scenarios);
    expect(metrics['single-stream.ttft.p50']!.value).toBeCloseTo(0.1, 9);
    expect(metrics['offline.batch4.ttft.p50']!.value).toBeCloseTo(0.3, 9);
  });

  test('with all blocks finished no model is loaded', async () => {
    const checkpoint = memoryCheckpoint();
    const first = await measure(
      syntheticEngine(() => steady(0.1, 0.1)),
      { checkpoint },
    );
    const idle = syntheticEngine(() => steady(9, 9));
    expect(await measure(idle, { checkpoint })).toEqual(first);
    expect(idle.events).toEqual([]);
  });

  test('progress counts the requests of all loads up to their number', async () => {
    const steps: number[] = [];
    await measure(
      syntheticEngine(() => steady(0.1, 0.1)),
      {
        scenarios: [single({ requests: 3 }), offline({ repetitions: 3 })],
        progress: ({ done, total }) => void steps.push(done, total),
      },
    );
    expect(steps.filter((_, i) => i % 2 === 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(steps.filter((_, i) => i % 2 === 1))).toEqual(new Set([9]));
  });
});

test.each([
  {
    scenarios: [single({ promptTokens: 126 })],
    message: 'needs 130 tokens (126 prompt + 4 new), the model has room for 128',
  },
  {
    scenarios: [single(), offline({ name: 'single-stream' })],
    message: 'two performance scenarios are named "single-stream"',
  },
])(
  'a campaign that cannot be measured is refused before a model is loaded: $message',
  async ({ scenarios, message }) => {
    const synthetic = syntheticEngine(() => steady(0.1, 0.1));
    await expect(measure(synthetic, { scenarios })).rejects.toThrow(message);
    expect(synthetic.events).toEqual([]);
  },
);

test('a folder without a usable vocabulary is refused by the name of its file', async () => {
  await expect(
    measure(
      syntheticEngine(() => steady(0.1, 0.1)),
      { candidate: 'nowhere' },
    ),
  ).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining('config.json'),
  });
});
