import {
  runTrial,
  type Calibration,
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
async function ran(more: Partial<TrialWorkflowInput>, stopped?: string) {
  const calls: [string, object][] = [];
  const execution = { seconds: 1, attempts: 1, cached: false, resumedBlocks: 0 };
  const stage =
    <Output>(name: string, output: Output) =>
    async (input: object): Promise<StageResult<Output>> => {
      calls.push([name, input]);
      return { output, execution };
    };
  const made = { metrics: {}, provenance: {} };
  const { trial } = await runTrial({
    input: {
      trial: { id: 't', model: 'm', target: 't', recipe, label: 'l', round: 1, simulated: false },
      source,
      campaign: { fidelity: [], performance: [], seed: 0, engine: { kind: 'onnxruntime', provider: 'cpu' } },
      ...more,
    },
    stages: {
      collectStatistics: stage('statistics', { statistics: reference(), provenance: {} }),
      quantizeModel: stage('quantize', { ...made, model: reference(), manifest: reference() }),
      evaluateFidelity: stage('fidelity', {
        ...made,
        items: reference(),
        answers,
        ...(stopped && { stopped }),
      }),
      evaluatePerformance: stage('performance', { ...made, samples: reference() }),
    },
    failureOf: (error) => {
      throw error;
    },
  });
  expect(Object.keys(trial.stages)).toEqual(calls.map(([name]) => name));
  return { calls, trial };
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
