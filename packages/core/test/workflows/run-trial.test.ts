import {
  FULL_EFFORT,
  runTrial,
  type Calibration,
  type Effort,
  type Metrics,
  type Recipe,
  type StageResult,
  type TrialWorkflowInput,
} from '@quantloop/core';
import { expect, test } from 'vitest';
import { reference } from '../board/sample-board.ts';

const calibration: Calibration = { text: reference(), samples: 8, tokens: 64, seed: 3 };
const source = { model: reference(), provenance: {} };
const recipe: Recipe = {
  method: 'm',
  bits: 8,
  granularity: 'channel',
  symmetric: true,
  exclude: [],
  mix: [],
  options: {},
};

const answers = reference();

/** What the stages of a trial are asked, in order. */
async function ran(more: Partial<TrialWorkflowInput>, stopped?: string, metrics: Metrics = {}) {
  const calls: [string, object][] = [];
  const execution = { seconds: 1, attempts: 1, cached: false, resumedBlocks: 0 };
  const stage =
    <Output>(name: string, output: Output) =>
    async (input: object): Promise<StageResult<Output>> => {
      calls.push([name, input]);
      return { output, execution };
    };
  const made = { metrics: {}, provenance: {} };
  const { trial, spent } = await runTrial({
    input: {
      trial: { id: 't', model: 'm', target: 't', recipe, label: 'l', round: 1, simulated: false },
      source,
      campaign: { fidelity: [], performance: [], seed: 0, engine: { kind: 'onnxruntime', provider: 'cpu' } },
      effort: FULL_EFFORT,
      deciding: [],
      ...more,
    },
    stages: {
      collectStatistics: stage('statistics', { statistics: reference(), provenance: {} }),
      quantizeModel: stage('quantize', { ...made, model: reference(), manifest: reference() }),
      evaluateFidelity: stage('fidelity', {
        ...made,
        metrics,
        items: reference(),
        answers,
        ...(stopped && { stopped }),
      }),
      evaluatePerformance: stage('performance', { ...made, samples: reference() }),
    },
    failureOf: (error) => {
      throw error;
    },
    mends: () => true,
  });
  expect(Object.keys(trial.stages)).toEqual(expect.arrayContaining(calls.map(([name]) => name)));
  return { calls, trial, spent };
}

const asked = async (more: Partial<TrialWorkflowInput>) => (await ran(more)).calls;

test('a trial whose recipe needs no texts is quantized without them', async () => {
  const [[name, input]] = (await asked({})) as [[string, object]];
  expect([name, input]).toEqual(['quantize', { model: source.model, recipe }]);
});

test('a calibrated one gets the texts', async () => {
  const [first] = await asked({ calibration });
  expect(first).toEqual(['quantize', { model: source.model, recipe, calibration }]);
});

test('one that needs statistics has them collected first, from the unquantized model', async () => {
  const [first, second] = await asked({ calibration, statistics: true });
  expect(first).toEqual(['statistics', { model: source.model, calibration }]);
  const statistics = reference();
  expect(second).toEqual(['quantize', { model: source.model, recipe, calibration, statistics }]);
});

const stopWhen = { metric: 'kl-divergence.mean', above: 0.5 };
const campaign: TrialWorkflowInput['campaign'] = {
  fidelity: [],
  performance: [],
  seed: 0,
  engine: { kind: 'onnxruntime', provider: 'cpu' },
  stopWhen,
};

test("one that the campaign's rule gives up is not measured further, and says why", async () => {
  const baseline = { model: reference(), items: reference() };
  const { calls, trial } = await ran({ campaign, baseline }, 'too far from the baseline');
  expect(calls.map(([name]) => name)).toEqual(['quantize', 'fidelity']);
  expect(calls[1]![1]).toMatchObject({ stopWhen, baseline: { items: baseline.items } });
  expect(trial).toMatchObject({ status: 'stopped', stopped: 'too far from the baseline' });
});

test('the rule is for candidates: a baseline is not asked it', async () => {
  const { calls } = await ran({ campaign });
  expect(calls.find(([name]) => name === 'fidelity')![1]).not.toHaveProperty('stopWhen');
});

test('what it answered to prompts stays with the trial, for the report', async () => {
  expect((await ran({})).trial.answers).toEqual(answers);
});

const effort = (changes: Partial<Effort>): Effort => ({ ...FULL_EFFORT, ...changes });
const names = (calls: [string, object][]) => calls.map(([name]) => name);

test('a first look sees a share of the documents; the next goes on from what is known, with the same model', async () => {
  const first = await ran({ effort: effort({ share: 0.25 }) });
  expect(first.calls.find(([name]) => name === 'fidelity')![1]).toMatchObject({ share: 0.25 });
  const second = await ran({ effort: effort({ look: 2, share: 0.5 }), previous: first.trial });
  expect(names(second.calls)).toEqual(['fidelity']);
  expect(second.calls[0]![1]).toMatchObject({ share: 0.5, known: first.trial.items });
  expect(second.trial.stages['fidelity']?.seconds).toBe(2);
  expect([first.spent, second.spent]).toEqual([
    { jobs: 3, measuring: 2 },
    { jobs: 1, measuring: 1 },
  ]);
});

test('a look at more repetitions asks no document again', async () => {
  const first = await ran({});
  const again = await ran({ effort: effort({ look: 2, repetitions: 2 }), previous: first.trial });
  expect(names(again.calls)).toEqual(['performance']);
  expect(again.calls[0]![1]).toMatchObject({ repetitions: 2, known: first.trial.samples });
});

test('a racing trial that cannot pass any more is not measured further, and says why', async () => {
  const exact = {
    value: 9,
    low: 9,
    high: 9,
    unit: 'perplexity',
    n: 1,
    higherIsBetter: false,
    convention: 'c',
  };
  const race: TrialWorkflowInput['race'] = {
    requirements: { metric: 'ppl', max: { value: 8, relative: false } },
    objectives: [{ minimize: 'model.bytes' }],
  };
  const scenario = {
    scenario: 'offline',
    name: 'offline',
    promptTokens: 8,
    newTokens: 8,
    batch: [1],
  } as const;
  const racing = { ...campaign, performance: [{ ...scenario, batch: [1], repetitions: 3 }] };
  const { calls, trial } = await ran({ campaign: racing, race }, undefined, { ppl: exact });
  expect(names(calls)).toEqual(['quantize', 'fidelity']);
  expect(trial.status).toBe('stopped');
  expect(trial.stopped).toContain('ppl (at most 8) is 9');
});
