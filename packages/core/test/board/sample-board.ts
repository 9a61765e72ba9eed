import type { Campaign, Comparison, Measurement, Metrics, Recipe, Trial } from '@quantloop/core';

/** A campaign and trials with made-up numbers, to judge and select from. */
export function sampleCampaign(changes: Partial<Campaign> = {}): Campaign {
  return {
    schemaVersion: 1,
    campaign: 'sample',
    models: [{ id: 'tiny', source: 'builtin:demo' }],
    targets: [{ id: 'cpu', engine: { kind: 'onnxruntime', provider: 'cpu' } }],
    fidelity: [{ kind: 'task', name: 'sums', bundle: reference(), limit: null }],
    performance: [
      { scenario: 'single-stream', name: 'single-stream', promptTokens: 8, newTokens: 8, requests: 5 },
      { scenario: 'offline', name: 'offline', promptTokens: 8, newTokens: 8, batch: [1, 8], repetitions: 5 },
    ],
    requirements: { metric: 'sums.exact_match', maxDrop: { value: 0.02, relative: false } },
    objectives: [{ minimize: 'model.bytes' }],
    candidates: [],
    scan: [],
    search: { race: 'auto', refine: 'off' },
    budget: {
      trials: 256,
      rounds: 1,
      wallClock: null,
      device: null,
      perModel: { trials: null, wallClock: null, device: null },
    },
    onNoWinner: 'fail',
    seed: 0,
    ...changes,
  };
}

export function reference(fill = 'a') {
  return { digest: `sha256:${fill.repeat(64)}`, size: 1, mediaType: 'application/octet-stream' };
}

export interface SampleNumbers {
  accuracy?: number;
  /** Half width of the interval of the accuracy's difference to the baseline. */
  accuracyNoise?: number;
  tpot?: number;
  tpotNoise?: number;
  throughput?: number;
  bytes?: number;
}

const recipe: Recipe = {
  method: 'rtn',
  bits: 4,
  granularity: { group: 32 },
  symmetric: true,
  exclude: [],
  options: {},
  mix: [],
};

const BASE = { accuracy: 0.9, tpot: 0.01, throughput: 100, bytes: 1000 };

export function sampleTrial(label: string, numbers: SampleNumbers = {}, changes: Partial<Trial> = {}): Trial {
  const isBaseline = label === 'baseline';
  const all = { ...BASE, accuracyNoise: 0.005, tpotNoise: 0.02, ...numbers };
  const { accuracy, tpot, throughput, bytes, accuracyNoise, tpotNoise } = all;
  const metrics: Metrics = {
    'sums.exact_match': measurement(
      accuracy,
      'fraction',
      true,
      versus(accuracy, BASE.accuracy, accuracyNoise, 0),
    ),
    'single-stream.tpot.p50': measurement(tpot, 's', false, versus(tpot, BASE.tpot, 0, tpotNoise)),
    'offline.tokens_per_second': measurement(
      throughput,
      'tokens/s',
      true,
      versus(throughput, BASE.throughput, 0, 0.02),
    ),
    'model.bytes': measurement(bytes, 'B', false, versus(bytes, BASE.bytes, 0, 0)),
  };
  if (isBaseline) for (const metric of Object.values(metrics)) delete metric.versusBaseline;
  return {
    id: `tiny.cpu.${label}`,
    model: 'tiny',
    target: 'cpu',
    recipe: isBaseline ? null : recipe,
    label,
    round: isBaseline ? 0 : 1,
    status: 'measured',
    simulated: false,
    metrics,
    artifact: reference(),
    stages: {},
    provenance: {},
    ...changes,
  };
}

function measurement(
  value: number,
  unit: string,
  higherIsBetter: boolean,
  versusBaseline: Comparison,
): Measurement {
  return { value, unit, low: value, high: value, n: 100, higherIsBetter, convention: 'test', versusBaseline };
}

function versus(value: number, base: number, absolute: number, relative: number): Comparison {
  const spread = absolute + relative * value;
  return {
    difference: { value: value - base, low: value - base - spread, high: value - base + spread },
    ratio: { value: value / base, low: (value - spread) / base, high: (value + spread) / base },
    pairs: 100,
    test: 'paired-bootstrap',
  };
}
