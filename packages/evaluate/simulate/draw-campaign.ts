import type { Campaign, Candidate, Objective, Requirement } from '@quantloop/core';
import type { Draw } from './draw.ts';
import { PUBLISHED, type Published } from './published.ts';

const bundle = { digest: `sha256:${'0'.repeat(64)}`, size: 1, mediaType: 'application/octet-stream' };
const limit = (value: number) => ({ value, relative: false });
const percent = (value: number) => ({ value: value / 100, relative: true });

/** WikiText-2's test set has 62 documents. */
const WIKITEXT = { kind: 'task' as const, name: 'wikitext', bundle, limit: null, documents: 62 };

/** Models × recipes × targets, with tasks, loads, requirements and an objective as people ask for them. */
export function drawCampaign(draw: Draw): Campaign {
  const targets = draw.one([['server'], ['server', 'edge'], ['edge']]);
  const tasks = draw.one([['generation'], ['choice'], ['generation', 'choice']]);
  const performance: Campaign['performance'] = [
    { scenario: 'single-stream', name: 'single', promptTokens: 128, newTokens: 64, requests: 10 },
    { scenario: 'offline', name: 'batched', promptTokens: 128, newTokens: 64, batch: [8], repetitions: 5 },
  ];
  return {
    schemaVersion: 1,
    campaign: 'simulated',
    models: ['first', 'second', 'third']
      .slice(0, draw.one([1, 1, 2, 3]))
      .map((id) => ({ id, source: `./${id}` })),
    targets: targets.map((id) => ({ id, engine: { kind: 'onnxruntime', provider: 'cpu' } })),
    fidelity: [
      WIKITEXT,
      ...tasks.map((name) => {
        // GSM8K and HumanEval; a benchmark of choices, or the first of it.
        const documents = draw.one(name === 'generation' ? [164, 500, 1319] : [500, 1000, 3000]);
        return { kind: 'task' as const, name, bundle, limit: null, documents };
      }),
    ],
    performance: draw.one([performance, performance, performance.slice(0, 1), performance.slice(1)]),
    requirements: drawRequirements(draw, tasks, targets),
    objectives: drawObjectives(draw, tasks),
    candidates: draw.some(PUBLISHED, draw.one([6, 8, 10, 12, 14])).map((kind) => candidateOf(kind, targets)),
    scan: [],
    search: { race: 'auto', refine: 'off' },
    budget: {
      trials: 96,
      rounds: 1,
      wallClock: null,
      device: null,
      perModel: { trials: null, wallClock: null, device: null },
    },
    onNoWinner: 'fail',
    seed: 0,
  };
}

/** The edge has no kernels below 4 bits. */
function candidateOf({ label, method, bits, granularity }: Published, targets: readonly string[]): Candidate {
  return {
    recipe: { method, bits, granularity, symmetric: true, exclude: [], options: {}, mix: [] },
    label,
    simulatedOn: targets.filter((target) => target === 'edge' && bits < 4),
    calibrated: false,
    statistics: false,
  };
}

function drawRequirements(draw: Draw, tasks: readonly string[], targets: readonly string[]): Requirement {
  const metrics = tasks.map((task) => `${task}.acc`);
  const quality = metrics.map((metric): Requirement =>
    draw.one([
      { metric, maxDrop: limit(draw.one([0.01, 0.02, 0.03])) },
      { metric, maxDrop: percent(draw.one([2, 3, 5])) },
      { metric, minRecovery: limit(draw.one([0.95, 0.97, 0.98])) },
      { metric, minRecovery: limit(0.95), confidence: 0.9 },
    ]),
  );
  const perplexity: Requirement = {
    metric: 'wikitext.word_perplexity',
    maxIncrease: percent(draw.one([2, 5, 10])),
  };
  const fast: Requirement = { metric: 'speed', minSpeedup: limit(draw.one([1.2, 1.5, 1.8])) };
  const small: Requirement = { metric: 'model.bytes', maxRatio: limit(draw.one([0.3, 0.4, 0.55])) };
  const light: Requirement = { metric: 'memory.peak', maxRatio: limit(draw.one([0.4, 0.5, 0.7])) };
  return draw.one<() => Requirement>([
    () => ({ all: [...quality, perplexity] }),
    () => ({ all: [...quality, { any: [fast, light] }] }),
    () => ({ all: [...quality, perplexity, small] }),
    () => ({ any: [{ all: [...quality, fast] }, { all: [perplexity, small, quality[0]!] }] }),
    () => ({ all: [...quality, { ...fast, targets: [targets[0]!] }] }),
    () => ({ all: [...quality, { ...fast, scenarios: ['single'] }, { ...small, not: true }] }),
  ])();
}

function drawObjectives(draw: Draw, tasks: readonly string[]): Objective[] {
  return draw.one<Objective[]>([
    [{ minimize: 'model.bytes' }],
    [{ minimize: 'model.bytes' }],
    [{ minimize: 'memory.peak' }, { maximize: 'speed' }],
    [{ maximize: 'speed' }],
    [{ maximize: 'speed' }, { minimize: 'model.bytes' }],
    [{ maximize: `${tasks[0]}.acc` }, { minimize: 'model.bytes' }],
  ]);
}
