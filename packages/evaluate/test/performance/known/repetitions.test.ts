import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { Scenario, type ArtifactRef, type Engine } from '@quantloop/core';
import {
  performanceStage,
  PerformanceSamples,
  type EvaluatePerformanceInput,
  type EvaluatePerformanceOutput,
} from '@quantloop/evaluate';
import { runStage, stageKey } from '@quantloop/jobs';
import { importModel } from '@quantloop/models';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roundWeights } from '../../support/round-weights.ts';

const engine: Engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };
const shape = { promptTokens: 4, newTokens: 3 };
const scenarios = [
  Scenario.parse({ scenario: 'single-stream', ...shape, requests: 3 }),
  Scenario.parse({ scenario: 'offline', ...shape, batch: 2, repetitions: 3 }),
  Scenario.parse({ scenario: 'server', ...shape, load: { concurrency: 2 }, requests: 4, repetitions: 3 }),
];
const LOADS = ['single-stream', 'offline.batch2', 'server.concurrency2'];

let root: string;
let store: Store;
let input: EvaluatePerformanceInput;
let first: EvaluatePerformanceOutput;
let calm: PerformanceSamples;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-repetitions-'));
  // A machine lease of its own: these jobs need not wait for those of other tests, since no time is asserted.
  process.env.TMPDIR = root;
  store = await openStore({ root: join(root, 'store') });
  const { folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'model') });
  await cp(folder, join(root, 'rounded'), { recursive: true });
  await roundWeights(join(root, 'rounded'), 12);
  input = {
    model: await store.putFolder(join(root, 'rounded')),
    baseline: await store.putFolder(folder),
    scenarios,
    engine,
    seed: 3,
  };
  first = (await runStage(performanceStage, input, { store })).output;
  calm = calmed(await samplesOf(first));
});
afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

const samplesOf = async ({ samples }: EvaluatePerformanceOutput, at: Store = store) =>
  PerformanceSamples.parse(await at.readJson(samples));

/** As measured on a machine that was doing nothing else, whatever this one did. */
function calmed(samples: PerformanceSamples): PerformanceSamples {
  const quiet = { foreignShare: 0, stealShare: 0, quotaSeconds: 0, thermalEvents: 0, swappedBytes: 0 };
  const loads = samples.loads.map((load) => ({ ...load, machine: { ...load.machine, ...quiet } }));
  return { ...samples, loads };
}

/** Every measurement of each load, by pair and side. */
function timesOf({ loads }: PerformanceSamples): { name: string; pairs: Map<string, number> }[] {
  return loads.map((load) => {
    const all = 'rounds' in load ? load.rounds : load.requests;
    const pairs = new Map(all.map(({ pair, side, seconds }) => [`${pair} ${side}`, seconds]));
    expect(pairs.size).toBe(all.length);
    return { name: load.load.name, pairs };
  });
}

test('twice as many repetitions add to those that are known, pair by pair', async () => {
  const known = await store.putJson(calm);
  const { output } = await runStage(performanceStage, { ...input, repetitions: 2, known }, { store });
  const [before, after] = [timesOf(calm), timesOf(await samplesOf(output))];
  expect(after.map(({ name }) => name)).toEqual(LOADS);
  let added = 0;
  for (const [i, { name, pairs }] of after.entries()) {
    for (const [place, seconds] of before[i]!.pairs)
      expect(pairs.get(place), `${name} ${place}`).toBe(seconds);
    const n = pairs.size / 2;
    expect(n, name).toBeGreaterThanOrEqual(6);
    for (let pair = 0; pair < n; pair++) {
      expect(pairs.has(`${pair} baseline`) && pairs.has(`${pair} candidate`), `${name} ${pair}`).toBe(true);
    }
    added += n - before[i]!.pairs.size / 2;
  }
  expect(output.provenance).toMatchObject({
    'pairs.measured': added,
    'pairs.taken_over': before.reduce((sum, { pairs }) => sum + pairs.size / 2, 0),
  });
  const { n, versusBaseline } = output.metrics['single-stream.tpot.p50']!;
  expect([n, versusBaseline!.pairs]).toEqual([after[0]!.pairs.size / 2, after[0]!.pairs.size / 2]);
});

/** Looks once more in a store without results, with what is known changed by the test. */
async function lookAgain(
  name: string,
  known: PerformanceSamples | ArtifactRef,
): Promise<{ output: EvaluatePerformanceOutput; samples: PerformanceSamples }> {
  const fresh = await openStore({ root: join(root, name) });
  try {
    await cp(join(root, 'store', 'blobs'), join(root, name, 'blobs'), { recursive: true });
    const given = 'digest' in known ? known : await fresh.putJson(known);
    const { output } = await runStage(performanceStage, { ...input, known: given }, { store: fresh });
    return { output, samples: await samplesOf(output, fresh) };
  } finally {
    await fresh.close();
  }
}

test('where enough is known only the memory is measured, and the larger peak counts', async () => {
  const peak = 2 ** 40;
  const { output, samples } = await lookAgain('enough', { ...calm, memory: { ...calm.memory, peak } });
  expect(output.provenance['pairs.measured']).toBe(0);
  expect(timesOf(samples)).toEqual(timesOf(calm));
  expect(output.metrics['memory.peak']!.value).toBe(peak);
  for (const [metric, { value }] of Object.entries(first.metrics)) {
    if (metric !== 'memory.peak') expect(output.metrics[metric]!.value, metric).toBe(value);
  }
});

test('a load that other work disturbed is added to like the others, and remains marked', async () => {
  const [single, ...others] = calm.loads;
  const machine = { ...single!.machine, wallSeconds: 1000, foreignShare: 0.5, idleShare: 0 };
  const { output, samples } = await lookAgain('disturbed', {
    ...calm,
    loads: [{ ...single!, machine }, ...others],
  });
  expect(output.provenance['pairs.taken_over']).toBe(
    timesOf(calm).reduce((sum, { pairs }) => sum + pairs.size / 2, 0),
  );
  expect(samples.loads[0]!.machine.foreignShare).toBeCloseTo(0.5, 1);
  expect(output.provenance['disturbedBy']).toContain('other processes');
});

test.for([
  ['of another machine', (samples) => ({ ...samples, source: { ...samples.source, hardware: 'faster' } })],
  ['of another baseline', (samples) => ({ ...samples, source: { ...samples.source, baseline: null } })],
  ['of another model', (samples) => ({ ...samples, source: { ...samples.source, model: 'another' } })],
  ['cannot be read', () => ({ digest: `sha256:${'0'.repeat(64)}`, size: 1, mediaType: 'application/json' })],
] as [string, (samples: PerformanceSamples) => PerformanceSamples | ArtifactRef][])(
  'samples %s are not pooled',
  async ([reason, changed], { task }) => {
    const { output } = await lookAgain(task.id, changed(calm));
    expect(output.provenance).toMatchObject({ 'pairs.taken_over': 0, 'pairs.not_taken_over': reason });
    expect(output.provenance['pairs.measured']).toBeGreaterThanOrEqual(9);
  },
);

test('what is known is not part of the identity of the job, the repetitions are', async () => {
  const key = (more: Partial<EvaluatePerformanceInput>) =>
    stageKey(performanceStage, { ...input, ...more }, store);
  expect(await key({ known: first.samples })).toBe(await key({}));
  expect(await key({ repetitions: 1 })).toBe(await key({}));
  expect(await key({ repetitions: 2 })).not.toBe(await key({}));
});
