import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@quantloop/artifacts';
import {
  PREPARE_QUEUE,
  targetQueue,
  type ArtifactRef,
  type EvaluateActivities,
  type ImportActivities,
  type Measurement,
  type QuantizeActivities,
  type RecallActivities,
  type StageResult,
} from '@quantloop/core';
import { Worker, type NativeConnection } from '@temporalio/worker';

export interface StubWorkersOptions {
  connection: NativeConnection;
  targets: readonly string[];
  store: Store;
  /** Seconds that a stage measures. @default 0: what a campaign costs beside its jobs is what is left */
  seconds?: number;
}

/** Workers whose jobs only seem to work; those of a target measure one at a time. */
export async function stubWorkers(options: StubWorkersOptions): Promise<Worker[]> {
  const { connection, targets, store, seconds = 0 } = options;
  const activities = { ...preparing(store) };
  const prepare = await Worker.create({ connection, taskQueue: PREPARE_QUEUE, activities });
  const measure = targets.map((target) =>
    Worker.create({
      ...{ connection, taskQueue: targetQueue(target), maxConcurrentActivityTaskExecutions: 1 },
      activities: { ...measuring(seconds) },
    }),
  );
  return [prepare, ...(await Promise.all(measure))];
}

const done = <Output>(output: Output): StageResult<Output> => ({
  output,
  execution: { seconds: 0.001, attempts: 1, cached: false, resumedBlocks: 0 },
});

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
const artifactOf = (value: unknown): ArtifactRef => ({
  ...{ digest: `sha256:${digestOf(value)}`, size: 1000, mediaType: 'application/octet-stream' },
});
/** From 0 to 1, the same for the same value. */
const drawn = (value: unknown): number => Number.parseInt(digestOf(value).slice(0, 8), 16) / 2 ** 32;

const exact = (value: number, unit: string, higherIsBetter: boolean): Measurement => ({
  ...{ value, unit, low: value, high: value, n: 100, higherIsBetter, convention: 'stub' },
});

const preparing = (store: Store): ImportActivities & Pick<QuantizeActivities, 'quantizeModel'> => ({
  importModel: async ({ source }) => done({ model: await modelOf(source, store), provenance: {} }),
  quantizeModel: async ({ model, recipe }) =>
    done({
      model: await modelOf([model, recipe], store),
      manifest: artifactOf([model, recipe, 'manifest']),
      metrics: { 'model.bytes': exact(Math.round(1e6 + 1e6 * drawn([model, recipe])), 'B', false) },
      provenance: { quantizer: 'stub' },
    }),
});

const made = new Map<string, Promise<ArtifactRef>>();

/** A folder in the store: the report gives the selected ones out. Made once, for all targets, as a real one is. */
function modelOf(what: unknown, store: Store): Promise<ArtifactRef> {
  const key = store.root + JSON.stringify(what);
  const model = made.get(key) ?? makeModel(what, store);
  made.set(key, model);
  return model;
}

async function makeModel(what: unknown, store: Store): Promise<ArtifactRef> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-stub-'));
  await writeFile(join(folder, 'model.json'), JSON.stringify(what));
  const model = await store.putFolder(folder);
  await rm(folder, { recursive: true });
  return model;
}

/** As many metrics as a real row has, so that payloads are as large. */
const others = (prefix: string, seed: unknown) =>
  Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`${prefix}.${i}`, exact(drawn([seed, i]), 's', false)]),
  );

const measuring = (seconds: number): EvaluateActivities & RecallActivities => ({
  recallTrials: async () => [],
  evaluateFidelity: async ({ model }) => {
    await sleep(1000 * seconds);
    return done({
      metrics: {
        'sums.exact_match': exact(0.5 + 0.5 * drawn(model), 'fraction', true),
        ...others('sums', model),
      },
      items: artifactOf([model, 'items']),
      provenance: { fidelity: 'stub' },
    });
  },
  evaluatePerformance: async ({ model }) => {
    await sleep(1000 * seconds);
    return done({
      metrics: {
        'single-stream.tpot.p50': exact(0.001 + 0.01 * drawn([model, 'tpot']), 's', false),
        ...others('single-stream', model),
      },
      samples: artifactOf([model, 'samples']),
      provenance: { performance: 'stub' },
    });
  },
});
