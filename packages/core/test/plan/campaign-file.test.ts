import {
  type Calibration,
  Campaign,
  formatPath,
  InvalidSpec,
  type MethodFacts,
  parseCampaignFile,
  planRound,
  resolveCampaign,
  Scenario,
} from '@quantloop/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { serverIssues } from '../../src/plan/server-issues.ts';
import { reference } from '../board/sample-board.ts';

const rtn: MethodFacts = {
  name: 'rtn',
  summary: 'round to nearest',
  source: 'test',
  version: '1',
  needsCalibration: false,
  bits: [4, 8],
  granularities: ['group', 'channel'],
  groups: [32, 128],
  symmetric: [true, false],
  options: z.strictObject({ head: z.boolean().default(true) }),
  supports: (recipe) => (recipe.bits === 8 ? 'simulated' : 'native'),
};

/** Needs calibration texts for 4 bits. */
const fitted: MethodFacts = {
  ...rtn,
  name: 'fitted',
  options: z.strictObject({}),
  needsCalibration: ({ bits }) => bits === 4,
};

const calibration: Calibration = { text: reference(), samples: 8, tokens: 64, seed: 3 };

const written = {
  campaign: 'support-bot',
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime' } }],
  evaluation: {
    fidelity: [{ task: 'demo_arithmetic' }],
    performance: [{ scenario: 'single-stream', promptTokens: 16, newTokens: 8 }],
  },
  requirements: {
    all: [
      { metric: 'demo_arithmetic.exact_match', maxDrop: 0.02 },
      {
        any: [
          { metric: 'speed', minSpeedup: 1.5 },
          { metric: 'memory.peak', max: '40 MiB' },
        ],
      },
    ],
  },
  objective: { minimize: 'model.bytes' },
  search: { recipes: [{ method: 'rtn', bits: [8, 4], granularity: ['channel', { group: 32 }] }] },
} as const;

const resolve = (written: unknown, texts?: Calibration) => {
  const file = parseCampaignFile(written);
  return resolveCampaign({
    file,
    methods: { rtn, fitted },
    checks: [{ kind: 'task', name: 'demo_arithmetic', bundle: reference(), limit: null }],
    fidelityMetrics: [{ name: 'demo_arithmetic.exact_match', higherIsBetter: true }],
    tasks: [
      {
        name: 'demo_arithmetic',
        category: 'mathematics',
        scores: ['demo_arithmetic.exact_match'],
        parts: [{ name: 'demo_arithmetic', metric: 'demo_arithmetic.exact_match' }],
      },
    ],
    scenarios: file.evaluation.performance.map(({ prompts, ...scenario }) => ({
      ...scenario,
      ...(prompts !== undefined && { prompts: reference() }),
    })),
    ...(texts !== undefined && { calibration: texts }),
  });
};

/** `place: message hint`, one a line. */
function complaint(file: unknown): string[] {
  try {
    resolve(file);
  } catch (error) {
    if (error instanceof InvalidSpec) {
      return error.issues.map((issue) =>
        `${formatPath(issue.path)}: ${issue.message} ${issue.hint ?? ''}`.trim(),
      );
    }
    throw error;
  }
  return [];
}

const serverTarget = (engine: object) =>
  changed({ targets: [{ id: 'server', engine: { kind: 'openai', ...engine } }] });
const LAUNCH = { command: ['serve', '{folder}', '--port', '{port}'] };

const changed = (changes: object) => ({ ...written, ...changes });
const recipes = (...list: object[]) => changed({ search: { recipes: list } });

describe('a campaign file', () => {
  test('expands lists of a recipe as a grid', () => {
    const campaign = resolve(written);
    expect(campaign.candidates.map((candidate) => candidate.label)).toEqual([
      'rtn-int8-channel-sym',
      'rtn-int8-g32-sym',
      'rtn-int4-channel-sym',
      'rtn-int4-g32-sym',
    ]);
    expect(campaign.candidates[0]?.simulatedOn).toEqual(['this-cpu']);
    expect(planRound(campaign).map(({ trial }) => trial.id)[0]).toBe('tiny.this-cpu.baseline');
  });

  test('a mix with one part that has no kernel is simulated', () => {
    const mix = (bits: number) => [{ layers: 0, recipe: { method: 'rtn', bits } }];
    const list = [4, 8].flatMap((bits) => [4, 8].map((part) => ({ method: 'rtn', bits, mix: mix(part) })));
    expect(resolve(recipes(...list)).candidates.map(({ simulatedOn }) => simulatedOn.length)).toEqual([
      0, 1, 1, 1,
    ]);
  });

  test('a combination named twice is tried once', () => {
    expect(resolve(recipes({ method: 'rtn' }, { method: ['rtn'], bits: 4 })).candidates).toHaveLength(1);
  });

  test('a rule to give trials up needs a divergence to look at', () => {
    const evaluation = { ...written.evaluation, stopWhen: { metric: 'kl-divergence.mean', above: 0.5 } };
    expect(complaint(changed({ evaluation }))).toEqual([
      'evaluation.stopWhen: trials are given up by their divergence from the baseline, which is not measured. Add { metric: kl-divergence } to evaluation.fidelity.',
    ]);
  });

  test('resolved, it survives the way through JSON and a second parse', () => {
    const campaign = resolve(written);
    expect(Campaign.parse(JSON.parse(JSON.stringify(campaign)))).toEqual(campaign);
  });

  test('races and asks nobody unless told; one that refines has three rounds', () => {
    const { search, onNoWinner, approval, budget } = resolve(written);
    expect({ search, onNoWinner, approval, rounds: budget.rounds }).toEqual({
      search: { race: 'auto', refine: 'off' },
      onNoWinner: 'fail',
      approval: undefined,
      rounds: 1,
    });
    const refining = changed({ search: { ...written.search, refine: 'auto' } });
    expect(resolve(refining).budget.rounds).toBe(3);
  });

  test('measures a server’s own speed, whatever it computes with', () => {
    const { candidates } = resolve(serverTarget({ launch: LAUNCH }));
    expect(candidates.flatMap(({ simulatedOn }) => simulatedOn)).toEqual([]);
  });

  test('asks no server for whole distributions', () => {
    const targets = parseCampaignFile(serverTarget({ launch: LAUNCH })).targets;
    const check = { kind: 'divergence', tokens: 100, text: reference() } as const;
    expect(serverIssues(targets, [check]).map(({ path }) => formatPath(path))).toEqual([
      'targets[0].engine.kind',
    ]);
  });

  test('understands per cents, sizes and durations', () => {
    const campaign = resolve(changed({ budget: { wallClock: '6h' } }));
    expect(campaign.budget.wallClock).toBe(21_600);
    const hours = { deviceHours: 2, perModel: { wallClock: '90min', deviceHours: 0.5 } };
    expect(resolve(changed({ budget: hours })).budget).toEqual({
      trials: 1000,
      rounds: 1,
      wallClock: null,
      device: 7200,
      perModel: { trials: null, wallClock: 5400, device: 1800 },
    });
    expect(campaign.requirements).toMatchObject({
      all: [{}, { any: [{}, { max: { value: 40 * 2 ** 20 } }] }],
    });
  });

  test.each([
    ['an unknown key', changed({ modles: [] }), 'modles: unknown key "modles". Did you mean "models"?'],
    [
      'an unknown key inside',
      changed({ search: { recipes: [{ method: 'rtn', bit: 4 }] } }),
      'search.recipes[0].bit: unknown key "bit". Did you mean "bits"?',
    ],
    [
      'a limit with a wrong name',
      changed({ requirements: { metric: 'speed', minSpedup: 2 } }),
      'requirements.minSpedup: unknown key "minSpedup". Did you mean "minSpeedup"?',
    ],
    [
      'an unknown method',
      recipes({ method: 'rnt' }),
      'search.recipes[0].method: unknown method "rnt". Did you mean "rtn"?',
    ],
    [
      'an unknown metric',
      changed({ objective: { minimize: 'model.byte' } }),
      'objective: unknown metric "model.byte". Did you mean "model.bytes"?',
    ],
    [
      'an unknown metric that is weighted',
      changed({ objective: { weighted: { 'model.byte': 1 } } }),
      'objective.weighted.model.byte: unknown metric "model.byte". Did you mean "model.bytes"?',
    ],
    [
      'a weight of nothing',
      changed({ objective: [{ weighted: { 'model.bytes': 0 } }] }),
      'objective[0].weighted',
    ],
    ['no weights', changed({ objective: { weighted: {} } }), 'objective.weighted: no metric is weighted.'],
    [
      'an unknown metric of a knee',
      changed({ objective: { knee: ['speed', 'model.byte'] } }),
      'objective.knee[1]: unknown metric "model.byte". Did you mean "model.bytes"?',
    ],
    [
      'a knee of one metric',
      changed({ objective: [{ knee: ['speed', 'speed'] }] }),
      'objective[0].knee: "speed" is named twice. A knee lies between two metrics.',
    ],
    [
      'a misspelt kind of objective',
      changed({ objective: { weigthed: { speed: 1 } } }),
      'objective.weigthed: unknown key "weigthed". Did you mean "weighted"?',
    ],
    [
      'impossible bits',
      recipes({ method: 'rtn', bits: 5 }),
      'search.recipes[0].bits: rtn cannot have bits 5. It can have 4, 8.',
    ],
    [
      'an impossible group',
      recipes({ method: 'rtn', granularity: { group: 48 } }),
      'search.recipes[0].granularity: rtn cannot have granularity group 48. It can have group 32, group 128.',
    ],
    [
      'an impossible granularity',
      recipes({ method: 'rtn', granularity: 'tensor' }),
      'search.recipes[0].granularity: rtn cannot have granularity tensor. It can have group, channel.',
    ],
    [
      'an unknown option',
      recipes({ method: 'rtn', options: { hed: true } }),
      'search.recipes[0].options: rtn: Unrecognized key: "hed".',
    ],
    [
      'a method that needs calibration texts, without them',
      recipes({ method: 'rtn' }, { method: ['rtn', 'fitted'], bits: [8, 4] }),
      'search.recipes[1].method: fitted needs calibration texts. Add calibration: { file: ',
    ],
    [
      'a key of the calibration block',
      changed({ calibration: { file: 'texts.jsonl', sample: 3 } }),
      'calibration.sample: unknown key "sample". Did you mean "samples"?',
    ],
    [
      'no calibration samples',
      changed({ calibration: { file: 'texts.jsonl', samples: 0 } }),
      'calibration.samples: Too small',
    ],
    [
      'an unknown key of a mix',
      recipes({ method: 'rtn', mix: [{ role: 'q_proj', recipe: 'keep' }] }),
      'search.recipes[0].mix[0].role: unknown key "role". Did you mean "roles"?',
    ],
    [
      'an unknown key of a recipe in a mix',
      recipes({ method: 'rtn', mix: [{ layers: 0, recipe: { method: 'rtn', bit: 8 } }] }),
      'search.recipes[0].mix[0].recipe.bit: unknown key "bit". Did you mean "bits"?',
    ],
    [
      'a mix in a mix',
      recipes({ method: 'rtn', mix: [{ layers: 0, recipe: { method: 'rtn', mix: [] } }] }),
      'search.recipes[0].mix[0].recipe.mix: unknown key "mix".',
    ],
    [
      'a word that is no recipe',
      recipes({ method: 'rtn', mix: [{ layers: 0, recipe: 'skip' }] }),
      'search.recipes[0].mix[0].recipe:',
    ],
    [
      'a bad quantity',
      changed({ budget: { wallClock: '6 moons' } }),
      'budget.wallClock: "6 moons" is not a quantity',
    ],
    [
      'two limits in one',
      changed({ requirements: { metric: 'speed', min: 1, max: 2 } }),
      'requirements: a requirement has exactly one limit',
    ],
    [
      'too many trials',
      changed({ budget: { trials: 2 } }),
      'budget.trials: the recipes make 4 trials, more than the budget of 2.',
    ],
    [
      'too many trials of a model',
      changed({ budget: { perModel: { trials: 3 } } }),
      'budget.perModel.trials: the recipes make 4 trials of each model, more than the budget of 3.',
    ],
    [
      'a budget that is none',
      changed({ budget: { perModel: { hours: 3 } } }),
      'budget.perModel.hours: unknown key "hours".',
    ],
    [
      'a front over what is not measured',
      changed({ front: [['speed', 'modl.bytes']] }),
      'front[0][1]: unknown metric "modl.bytes". Did you mean "model.bytes"?',
    ],
    [
      'a name twice',
      changed({ models: [written.models[0], written.models[0]] }),
      'models[1]: "tiny" is named twice in models.',
    ],
    ['a name that cannot be a file', changed({ campaign: '../up' }), 'campaign: use letters, digits'],
    [
      'a server that serves one model to a campaign of many',
      serverTarget({ url: 'http://127.0.0.1:8000/v1' }),
      'targets[0].engine.url: a campaign measures many models, this server has one. Let it launch',
    ],
    [
      'a server that is both running and launched',
      serverTarget({ url: 'http://127.0.0.1:8000/v1', launch: LAUNCH }),
      'targets[0].engine.url: give either the url of a running server or what to launch',
    ],
    ['a server that is neither', serverTarget({}), 'targets[0].engine.url: give either the url'],
    [
      'a server that is not told its port',
      serverTarget({ launch: { command: ['serve', '{folder}'] } }),
      'targets[0].engine.launch.command: needs {port} in an argument',
    ],
    [
      'a server’s unknown key',
      serverTarget({ launch: { ...LAUNCH, readyWithn: 3 } }),
      'targets[0].engine.launch.readyWithn: unknown key "readyWithn". Did you mean "readyWithin"?',
    ],
    [
      'a key that jobs would not see',
      serverTarget({ launch: LAUNCH, apiKeyEnv: 'OPENAI_API_KEY' }),
      'targets[0].engine.apiKeyEnv: a job sees only variables that begin with QUANTLOOP_',
    ],
    [
      'an unknown scenario',
      changed({ evaluation: { ...written.evaluation, performance: [{ scenario: 'sever' }] } }),
      'evaluation.performance[0].scenario:',
    ],
  ])('%s is refused, naming the place and the way out', (_, file, message) => {
    const found = complaint(file);
    expect(
      found.some((line) => line.startsWith(message)),
      found.join('\n'),
    ).toBe(true);
  });

  test('gives calibration texts to the recipes that need them, and to no others', () => {
    const campaign = resolve(recipes({ method: 'fitted', bits: [4, 8] }, { method: 'rtn' }), calibration);
    expect(campaign.calibration).toEqual(calibration);
    const planned = planRound(campaign).map(({ trial, calibration }) => [trial.label, calibration]);
    expect(planned).toEqual([
      ['baseline', undefined],
      ['fitted-int4-g32-sym', calibration],
      ['fitted-int8-g32-sym', undefined],
      ['rtn-int4-g32-sym', undefined],
    ]);
    expect(Campaign.parse(JSON.parse(JSON.stringify(campaign)))).toEqual(campaign);
  });

  test('a recipe may take more of the texts, longer ones, or others of them', () => {
    const change = { samples: [128, 512], tokens: 2048 };
    const written = recipes({ method: 'fitted', calibration: change }, { method: 'fitted' });
    const planned = planRound(resolve(written, calibration)).slice(1);
    expect(planned.map(({ trial, calibration }) => [trial.label, calibration])).toEqual([
      ['fitted-int4-g32-sym-samples-128-tokens-2048', { ...calibration, samples: 128, tokens: 2048 }],
      ['fitted-int4-g32-sym-samples-512-tokens-2048', { ...calibration, samples: 512, tokens: 2048 }],
      ['fitted-int4-g32-sym', calibration],
    ]);
    expect(complaint(recipes({ method: 'rtn', calibration: { samples: 8 } }))).toEqual([
      'search.recipes[0].calibration: rtn needs no calibration texts. Leave calibration out.',
    ]);
  });

  test('that calibrates nothing is the same with texts and without', () => {
    expect(resolve(written, calibration)).toEqual(resolve(written));
  });

  test('says how much of which texts, by default 128 times 512 tokens from the first on', () => {
    const file = parseCampaignFile(changed({ calibration: { file: 'texts.jsonl' } }));
    expect(file.calibration).toEqual({
      file: 'texts.jsonl',
      field: 'text',
      samples: 128,
      tokens: 512,
      seed: 0,
    });
  });

  test('names every mistake at once', () => {
    expect(complaint(recipes({ method: 'rnt' }, { method: 'rtn', bits: 7 }))).toHaveLength(2);
  });
});

describe('load shapes', () => {
  const withScenario = (scenario: Record<string, unknown>) => ({
    ...written,
    evaluation: { ...written.evaluation, performance: [scenario] },
  });
  const server = { scenario: 'server', promptTokens: 16, newTokens: 8 };

  test('a server has its defaults, and stays what it is when it is parsed again', () => {
    const load = { sweep: { rate: { from: 0.5, max: 8 } } };
    const file = withScenario({
      ...server,
      load,
      slo: { ttft: '200 ms' },
      newTokens: { lognormal: { mean: 8, std: 4, max: 32 } },
    });
    const [scenario] = resolve(file).performance;
    expect(scenario).toEqual({
      scenario: 'server',
      name: 'server',
      promptTokens: 16,
      newTokens: { lognormal: { mean: 8, std: 4, min: 2, max: 32 } },
      load,
      requests: 32,
      repetitions: 3,
      slo: { ttft: { value: 0.2, relative: false, dimension: 'duration' } },
    });
    expect(Scenario.parse(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
  });

  test('its metrics may stand in requirements, whatever its load', () => {
    const limits: [Record<string, unknown>, string][] = [
      [{ concurrency: [1, 8] }, 'server.concurrency8.ttft.p95'],
      [{ concurrency: 4 }, 'server.concurrency4.goodput'],
      [{ rate: 2.5 }, 'server.rate2.5.e2e.p99'],
      [{ sweep: { concurrency: { max: 64 } } }, 'server.saturation.concurrency'],
      [{ sweep: { rate: { from: 1, max: 64 } } }, 'server.saturation.tokens_per_second'],
    ];
    for (const [load, metric] of limits) {
      const file = withScenario({ ...server, load, slo: { e2e: '2 s' } });
      expect(complaint({ ...file, requirements: { metric, min: 1 } })).toEqual([]);
    }
  });

  test.each([
    [{ ...server, load: { concurency: 8 } }, 'unknown key "concurency"'],
    [{ ...server, load: { rate: 0 } }, 'Too small'],
    [{ ...server, load: { rate: 1 }, slo: { p95: 1 } }, 'unknown key "p95"'],
    [{ ...server, load: { rate: 1 }, slo: {} }, 'name at least one of ttft, tpot, e2e'],
    [{ ...server, load: { rate: 1 }, duration: '5%' }, 'write a duration above zero, such as 200 ms'],
    [{ ...server, load: { rate: 1 }, prompts: { file: 'x.jsonl' } }, 'give either promptTokens or prompts'],
    [{ scenario: 'single-stream', newTokens: 8 }, 'give either promptTokens or prompts'],
    [{ ...server, load: { rate: 1 }, promptTokens: { uniform: { min: 9, max: 8 } } }, 'min is above max'],
  ])('%j is refused: %s', (scenario, message) => {
    expect(complaint(withScenario(scenario)).join('\n')).toContain(message);
  });
});
