import {
  compare,
  type Campaign,
  type Comparison,
  type Decision,
  type Measurement,
  type Metrics,
  type Recipe,
  type Trial,
} from '@quantloop/core';
import { decided } from './decided.ts';
import type { ReportInput } from '../../src/index.ts';

/** A run made up for these tests: every number comes from a formula or a seeded generator, none was measured. */
export function sampleRun(change: Partial<SampleOptions> = {}): ReportInput {
  const options: SampleOptions = { ...DEFAULTS, ...change };
  const random = generator(options.seed);
  const campaign = sampleCampaign(options);
  const trials = options.models.flatMap((model) =>
    campaign.targets.flatMap((target) => board(model, target.id, options, random)),
  );
  return {
    campaign,
    run: 'run-0001',
    trials,
    // As it arrives through Temporal: JSON has no negative zero.
    decision: JSON.parse(JSON.stringify(decided(campaign, trials))) as Decision,
    phases: { import: 2.1, baseline: 14.5, trials: 96.2 },
  };
}

export interface SampleOptions {
  seed: number;
  models: string[];
  targets: string[];
  recipes: Recipe[];
  /** Indexes of recipes that fail. */
  failing: number[];
  /** Largest allowed loss of the first task; 0 or below makes everything unacceptable. */
  maxDrop: number;
}

const recipe = (
  method: string,
  bits: number,
  granularity: Recipe['granularity'],
  symmetric = true,
): Recipe => ({
  ...{ method, bits, granularity, symmetric },
  exclude: [],
  options: {},
  mix: [],
});

export const RECIPES: Recipe[] = [
  recipe('rtn', 8, 'channel'),
  recipe('rtn', 4, { group: 32 }),
  recipe('rtn', 4, { group: 128 }),
  recipe('rtn', 3, { group: 32 }),
  recipe('rtn', 2, { group: 32 }),
  recipe('gptq', 8, 'channel'),
  recipe('gptq', 4, { group: 32 }),
  recipe('gptq', 4, { group: 128 }, false),
  recipe('gptq', 3, { group: 32 }),
  recipe('awq', 4, { group: 32 }),
  recipe('awq', 4, { group: 128 }),
  recipe('awq', 3, { group: 32 }),
  recipe('nf4', 4, { group: 64 }),
  recipe('dynamic-int8', 8, 'channel'),
  recipe('gptq', 2, { group: 32 }),
];

const DEFAULTS: SampleOptions = {
  seed: 1,
  models: ['tiny'],
  targets: ['this-cpu'],
  recipes: RECIPES,
  failing: [14],
  maxDrop: 0.02,
};

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;

function sampleCampaign({ models, targets, recipes, maxDrop }: SampleOptions): Campaign {
  return {
    schemaVersion: 1,
    campaign: 'sample',
    models: models.map((id) => ({ id, source: 'builtin:demo' })),
    targets: targets.map((id) => ({ id, engine: { kind: 'onnxruntime', provider: 'cpu', threads: 2 } })),
    fidelity: [
      ...['arithmetic', 'recall', 'stories'].map((name) => ({
        kind: 'task' as const,
        name,
        bundle: { digest: digest(1), size: 1000, mediaType: 'application/vnd.quantloop.folder+json' },
        limit: name === 'recall' ? 500 : null,
      })),
      { kind: 'divergence', tokens: 4000, text: { digest: digest(2), size: 9000, mediaType: 'text/plain' } },
    ],
    performance: [
      { scenario: 'single-stream', name: 'single-stream', promptTokens: 128, newTokens: 64, requests: 10 },
      {
        scenario: 'offline',
        name: 'offline',
        promptTokens: 128,
        newTokens: 64,
        batch: [1, 8],
        repetitions: 5,
      },
    ],
    requirements: {
      all: [
        { metric: 'arithmetic.exact_match', maxDrop: { value: maxDrop, relative: false } },
        { metric: 'stories.word_perplexity', maxIncrease: { value: 0.03, relative: true } },
        {
          any: [
            { metric: 'speed', minSpeedup: { value: 1.3, relative: false } },
            { metric: 'memory.peak', max: { value: 40 * 2 ** 20, relative: false } },
          ],
        },
      ],
    },
    objectives: [{ minimize: 'model.bytes' }],
    candidates: recipes.map((each) => ({
      recipe: each,
      label: labelOf(each),
      simulatedOn: each.bits === 3 ? targets : [],
      calibrated: false,
      statistics: false,
    })),
    scan: [],
    search: { race: 'off', refine: 'off' },
    budget: {
      trials: 40,
      rounds: 1,
      wallClock: null,
      device: null,
      perModel: { trials: null, wallClock: null, device: null },
    },
    onNoWinner: 'fail',
    seed: 0,
  };
}

export function labelOf({ method, bits, granularity, symmetric }: Recipe): string {
  const size = typeof granularity === 'object' ? `g${granularity.group}` : granularity;
  return `${method}${/\d$/.test(method) ? '' : `-int${bits}`}-${size}-${symmetric ? 'sym' : 'asym'}`;
}

function board(
  model: string,
  target: string,
  { recipes, failing }: SampleOptions,
  random: () => number,
): Trial[] {
  const baseline = trial(model, target, null, 0, qualities(0, random));
  return [
    baseline,
    ...recipes.map((each, index): Trial => {
      const made = trial(model, target, each, index + 1, qualities(lossOf(each), random));
      if (failing.includes(index)) {
        return {
          ...made,
          status: 'failed',
          metrics: {},
          artifact: null,
          failure: {
            code: 'out-of-memory',
            message: 'The job for layer 3 of 4 was ended by the system at 2.1 GiB.',
            stage: 'quantizeModel',
            hint: 'Give the worker more memory, or use a smaller group.',
          },
        };
      }
      for (const [name, measurement] of Object.entries(made.metrics)) {
        const base = baseline.metrics[name];
        if (base !== undefined) measurement.versusBaseline = paired(measurement, base);
      }
      return made;
    }),
  ];
}

/** A made-up loss: more bits, smaller groups and better methods lose less. */
function lossOf({ method, bits, granularity }: Recipe): number {
  const group = typeof granularity === 'object' ? granularity.group : 256;
  const skill = { gptq: 0.45, awq: 0.5, nf4: 0.8 }[method] ?? 1;
  return skill * 4 ** (4 - bits) * (0.006 + group / 12000);
}

function qualities(loss: number, random: () => number): Metrics {
  const jitter = () => 1 + (random() - 0.5) * 0.2;
  const arithmetic = Math.max(0.02, 0.936 - loss * 1.2 * jitter());
  const recall = Math.max(0.1, 0.884 - loss * 0.9 * jitter());
  const perplexity = 6.2 * Math.exp(loss * 1.1 * jitter());
  return {
    'arithmetic.exact_match': measurement(arithmetic, 'fraction', 0.018, true, 800),
    'recall.acc': measurement(recall, 'fraction', 0.022, true, 500),
    'stories.word_perplexity': measurement(perplexity, 'perplexity', perplexity * 0.02, false, 200),
    // The baseline does not diverge from itself: it has no such measurement.
    ...(loss === 0
      ? {}
      : { 'kl-divergence.mean': measurement(loss * 0.7, 'nats', loss * 0.05, false, 4000) }),
  };
}

function trial(model: string, target: string, of: Recipe | null, index: number, metrics: Metrics): Trial {
  const bits =
    of === null ? 32 : of.bits + (typeof of.granularity === 'object' ? 16 / of.granularity.group : 0.1);
  const bytes = Math.round(4.1e6 * 4 * (0.06 + (0.94 * bits) / 32));
  const speed =
    of === null ? 1 : of.bits === 3 ? 0.8 : of.bits === 8 ? 1.22 : of.method === 'nf4' ? 0.9 : 1.75;
  const wobble = 1 + ((index * 37) % 11) / 120;
  const tpot = (0.0031 / speed) * wobble;
  return {
    id: `${model}/${target}/${of === null ? 'baseline' : labelOf(of)}`,
    model,
    target,
    recipe: of,
    label: of === null ? 'baseline' : labelOf(of),
    round: of === null ? 0 : 1,
    status: 'measured',
    simulated: of?.bits === 3,
    metrics: {
      ...metrics,
      'single-stream.ttft.p50': measurement(tpot * 9, 's', tpot * 0.4, false, 10),
      'single-stream.tpot.p50': measurement(tpot, 's', tpot * 0.035, false, 10),
      'offline.tokens_per_second': measurement(2.6 / tpot, 'tokens/s', 40, true, 5),
      'memory.peak': measurement(3.4e7 + bytes * 1.3, 'B', 4e5, false, 3),
      'model.bytes': measurement(bytes, 'B', 0, false, 1),
    },
    artifact: {
      digest: digest(100 + index),
      size: bytes,
      mediaType: 'application/vnd.quantloop.folder+json',
    },
    stages: {
      ...(of === null ? {} : { quantizeModel: execution(1.5 + index / 7, index % 5 === 0) }),
      evaluateFidelity: execution(3.2 + index / 9, index % 4 === 0),
      evaluatePerformance: {
        ...execution(4.4, false),
        attempts: index === 6 ? 2 : 1,
        resumedBlocks: index === 6 ? 3 : 0,
      },
    },
    provenance: {
      quantloop: '0.1.0',
      node: '24.0.0',
      onnxruntime: '1.2.3',
      cpu: 'Synthetic CPU, 2 cores',
      'dataset.arithmetic': digest(7),
      seed: 0,
      method: of?.method ?? 'none',
    },
  };
}

const execution = (seconds: number, cached: boolean) => ({ seconds, attempts: 1, cached, resumedBlocks: 0 });

function measurement(
  value: number,
  unit: string,
  half: number,
  higherIsBetter: boolean,
  n: number,
): Measurement {
  const bounded = (bound: number) =>
    unit === 'fraction' ? Math.min(1, Math.max(0, bound)) : Math.max(0, bound);
  return {
    ...{ value, unit, low: bounded(value - half), high: bounded(value + half), n, higherIsBetter },
    convention: unit === 's' || unit === 'tokens/s' ? 'vllm-bench' : 'lm-eval',
  };
}

/** Paired results are four times as sure as the two intervals apart. */
function paired(candidate: Measurement, baseline: Measurement): Comparison {
  const { difference, ratio } = compare(candidate, baseline);
  const narrow = ({ value, low, high }: typeof ratio) => ({
    value,
    low: value - (value - low) / 4,
    high: value + (high - value) / 4,
  });
  return {
    difference: narrow(difference),
    ratio: narrow(ratio),
    pairs: candidate.n,
    test: 'paired-bootstrap',
  };
}

/** Uniform in (0, 1). Park and Miller, "Random number generators: good ones are hard to find" (1988), revised multiplier. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
