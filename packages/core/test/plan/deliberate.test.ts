import {
  type Act,
  type Board,
  type Campaign,
  type Candidate,
  decide,
  deliberate,
  planRound,
  type Step,
  type Trial,
} from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reference, sampleCampaign, type SampleNumbers, sampleTrial } from '../board/sample-board.ts';

const recipe = sampleTrial('x').recipe!;

const candidate = (label: string, simulatedOn: string[] = []): Candidate => ({
  recipe,
  label,
  simulatedOn,
  calibrated: false,
  statistics: false,
});

const campaignOf = (labels: readonly string[], changes: Partial<Campaign> = {}): Campaign =>
  sampleCampaign({ candidates: labels.map((label) => candidate(label)), ...changes });

type Numbers = Record<string, SampleNumbers>;
type Measure = (label: string, look: Extract<Step, { kind: 'measure' }>['looks'][number]) => Partial<Trial>;

const begin = (campaign: Campaign, acts: readonly Act[] = []): Board => ({
  round: 1,
  planned: planRound(campaign),
  trials: [],
  dismissed: {},
  scans: {},
  refused: [],
  spent: { wallClock: 0, measuring: {}, jobs: {} },
  acts,
});

/** The board after a step was done, each look taking a second. */
function after(board: Board, step: Step, measure: Measure): Board {
  if (step.kind !== 'measure') throw new Error(`nothing to measure: ${step.kind}`);
  const rows = new Map(board.trials.map((trial) => [trial.id, trial]));
  for (const look of step.looks) {
    const { trial } = board.planned.find((plan) => plan.trial.id === look.trial)!;
    rows.set(trial.id, {
      ...sampleTrial(trial.label),
      ...trial,
      effort: look.effort,
      ...measure(trial.label, look),
    });
  }
  const dismissed = { ...board.dismissed };
  for (const { trial: id, reason } of step.givenUp) {
    const row = rows.get(id);
    if (row === undefined) dismissed[id] = reason;
    else rows.set(id, { ...row, status: 'stopped', stopped: reason });
  }
  const seconds = board.spent.wallClock + step.looks.length;
  const spent = { wallClock: seconds, measuring: { tiny: { cpu: seconds } }, jobs: { tiny: seconds } };
  return { ...board, trials: [...rows.values()], dismissed, spent };
}

function play(
  campaign: Campaign,
  measure: Measure,
  board = begin(campaign),
): { board: Board; steps: Step[] } {
  const steps: Step[] = [];
  for (;;) {
    const step = deliberate(campaign, board);
    steps.push(step);
    if (step.kind !== 'measure') return { board, steps };
    board = after(board, step, measure);
  }
}

const exactly =
  (numbers: Numbers): Measure =>
  (label) => ({ metrics: sampleTrial(label, { accuracyNoise: 0, tpotNoise: 0, ...numbers[label] }).metrics });

const looked = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.kind === 'measure' ? step.looks.map(({ trial }) => trial) : []));

describe('the way of a campaign', () => {
  it('measures the baseline first, whole, and ends when what is selected is settled', () => {
    const { steps } = play(campaignOf(['a']), exactly({ a: { bytes: 500 } }));
    expect(steps.map(({ kind }) => kind)).toEqual(['measure', 'measure', 'end']);
    expect(steps[0]).toMatchObject({
      round: 0,
      looks: [{ trial: 'tiny.cpu.baseline', effort: { share: 1 } }],
    });
    expect(steps.at(-1)).toEqual({ kind: 'end', because: 'what is selected is settled after round 1' });
  });

  it('begins nothing that is larger for certain than what passes, and says why', () => {
    const twoTargets = campaignOf(['a', 'b'], {
      targets: ['cpu', 'gpu'].map((id) => ({ id, engine: { kind: 'onnxruntime', provider: 'cpu' } })),
    });
    const targets = twoTargets.targets;
    const measure = exactly({ a: { bytes: 400 }, b: { bytes: 500 } });
    let board = begin(twoTargets);
    board = after(board, deliberate(twoTargets, board), measure);
    // The second target's trials wait until the first's are known.
    const first = { ...board, planned: board.planned.filter(({ trial }) => trial.target === targets[0]!.id) };
    board = { ...after(first, deliberate(twoTargets, first), measure), planned: board.planned };
    const passed = sampleTrial('a', { bytes: 400, accuracyNoise: 0 }, { id: 'tiny.gpu.a', target: 'gpu' });
    board = { ...board, trials: [...board.trials, passed] };
    expect(deliberate(twoTargets, board)).toMatchObject({
      looks: [],
      givenUp: [
        {
          trial: 'tiny.gpu.b',
          reason:
            'it cannot be selected any more: a meets every requirement and has the smaller model.bytes (400 B against 500 B)',
        },
      ],
    });
    expect(play(twoTargets, measure, board).steps.at(-1)).toMatchObject({ kind: 'end' });
  });

  it('begins the next model with what did not fail for the one before', () => {
    const labels = ['a', 'b', 'c', 'd'];
    const models = ['tiny', 'other'].map((id) => ({ id, source: `./${id}` }));
    const campaign = campaignOf(labels, { models });
    const numbers = Object.fromEntries(
      labels.map((label, i) => [label, { bytes: 100 + i, accuracy: i < 2 ? 0.5 : 0.9 }]),
    );
    const begun = looked(play(campaign, exactly(numbers)).steps);
    expect(begun.filter((id) => id.startsWith('tiny'))).toEqual(
      ['baseline', ...labels].map((label) => `tiny.cpu.${label}`),
    );
    const other = begun.filter((id) => id.startsWith('other'));
    expect(other).toEqual(['baseline', 'c', 'd', 'a', 'b'].map((label) => `other.cpu.${label}`));
  });

  it('looks further at what may lie on a front that is shown, whatever is selected', () => {
    const numbers = { a: { bytes: 400 }, b: { bytes: 500, tpot: 0.005 }, c: { bytes: 500, accuracy: 0.85 } };
    const shown = campaignOf(Object.keys(numbers), { front: [['sums.exact_match', 'speed']] });
    const measured = (campaign: Campaign) =>
      play(campaign, exactly(numbers)).board.trials.filter(({ status }) => status === 'measured');
    expect(measured(shown).map(({ label }) => label)).toEqual(['baseline', 'a', 'b', 'c']);
  });

  it('plans no round beyond its budget of rounds and trials', () => {
    const nothing = exactly({ a: { accuracy: 0.5, bytes: 300 } });
    const requirements = {
      all: [
        { metric: 'sums.exact_match', maxDrop: { value: 0.02, relative: false } },
        { metric: 'model.bytes', max: { value: 600, relative: false } },
      ],
    };
    const last = (budget: Partial<Campaign['budget']>) => {
      const { budget: unlimited } = sampleCampaign();
      return play(campaignOf(['a'], { requirements, budget: { ...unlimited, ...budget } }), nothing).steps.at(
        -1,
      );
    };
    expect(last({ rounds: 2 })).toMatchObject({ kind: 'plan', round: 2 });
    expect(last({ rounds: 1 })).toMatchObject({ kind: 'end' });
    expect(last({ rounds: 2, trials: 1 })).toMatchObject({ kind: 'end' });
    const perModel = { trials: 1, wallClock: null, device: null };
    expect(last({ rounds: 2, perModel })).toMatchObject({ kind: 'end' });
  });

  it('without racing measures everything whole, once', () => {
    const campaign = campaignOf(['a', 'b', 'c'], { search: { race: 'off', refine: 'off' } });
    const { steps } = play(campaign, exactly({ a: { bytes: 10 }, b: { accuracy: 0.1 } }));
    expect(looked(steps)).toEqual(['tiny.cpu.baseline', 'tiny.cpu.a', 'tiny.cpu.b', 'tiny.cpu.c']);
    expect(
      steps
        .flatMap((step) => (step.kind === 'measure' ? step.looks : []))
        .every(({ effort, rivals }) => effort.share === 1 && rivals === undefined),
    ).toBe(true);
  });
});

describe('racing', () => {
  const bundle = reference();
  const fidelity = [{ kind: 'task' as const, name: 'sums', bundle, limit: null, documents: 400 }];
  const many = (accuracy: number, noise: number): Partial<Trial> => {
    const { metrics } = sampleTrial('a', { accuracy, accuracyNoise: noise, bytes: 500 });
    return { metrics };
  };

  it('looks at twice as many documents while the verdict is open, from 50 of the largest task', () => {
    const { steps } = play(campaignOf(['a'], { fidelity }), (label, { effort }) =>
      label === 'baseline' ? many(0.9, 0) : many(0.9, 0.008 / effort.share ** 0.5),
    );
    const efforts = steps.flatMap((step) =>
      step.kind === 'measure' ? step.looks.map(({ effort }) => effort) : [],
    );
    expect(efforts.slice(1).map(({ share }) => share)).toEqual([0.125, 0.25, 0.5]);
    expect(efforts.slice(1).map(({ look }) => look)).toEqual([1, 2, 3]);
  });

  it('spends no more than the error of one verdict over all looks', () => {
    const { steps } = play(campaignOf(['a'], { fidelity }), (label) =>
      many(label === 'baseline' ? 0.9 : 0.88, 0.05),
    );
    const efforts = steps
      .flatMap((step) => (step.kind === 'measure' ? step.looks.map(({ effort }) => effort) : []))
      .slice(1);
    expect(efforts.map(({ share }) => share)).toEqual([0.125, 0.25, 0.5, 1]);
    expect(efforts.reduce((sum, { alpha }) => sum + alpha.documents, 0)).toBeCloseTo(1, 12);
  });

  it('repeats measurements of performance where only these are open', () => {
    const requirements = { metric: 'single-stream.tpot.p50', minSpeedup: { value: 1.5, relative: false } };
    const { steps } = play(campaignOf(['a'], { requirements }), (label, { effort }) => {
      const numbers = { tpot: 0.0065, tpotNoise: label === 'baseline' ? 0 : 0.1 / effort.repetitions };
      return { metrics: sampleTrial(label, numbers).metrics };
    });
    const efforts = steps.flatMap((step) =>
      step.kind === 'measure' ? step.looks.map(({ effort }) => effort) : [],
    );
    expect(efforts.slice(1).map(({ share, repetitions }) => [share, repetitions])).toEqual([
      [1, 1],
      [1, 2],
      [1, 4],
    ]);
  });

  it('takes up again what a rejected trial had stopped', () => {
    const campaign = campaignOf(['a', 'b']);
    const measure = exactly({ a: { bytes: 400 }, b: { bytes: 500 } });
    let board = begin(campaign);
    board = after(board, deliberate(campaign, board), measure);
    board = after(
      { ...board, planned: board.planned.slice(0, 2) },
      deliberate(campaign, { ...board, planned: board.planned.slice(0, 2) }),
      measure,
    );
    const stopped = sampleTrial('b', { bytes: 500 }, { status: 'stopped', stopped: 'it is larger' });
    board = { ...board, planned: planRound(campaign), trials: [...board.trials, stopped] };
    expect(deliberate(campaign, board)).toMatchObject({ kind: 'end' });
    const reject: Act = { kind: 'reject', by: 'me', at: 0, trial: 'tiny.cpu.a', reason: 'it stutters' };
    expect(deliberate(campaign, { ...board, acts: [reject] })).toMatchObject({
      looks: [{ trial: 'tiny.cpu.b' }],
    });
  });
});

describe('people', () => {
  const failing = exactly({ a: { accuracy: 0.5, bytes: 400 }, baseline: { accuracy: 0.9 } });
  const strict = { metric: 'model.bytes', max: { value: 100, relative: false } };
  const who = { by: 'me', at: 0 };

  it('are asked where nothing is acceptable, and what they answer counts', () => {
    const campaign = campaignOf(['a'], { onNoWinner: 'ask', requirements: strict });
    const { board, steps } = play(campaign, failing);
    expect(steps.at(-1)).toEqual({ kind: 'ask', question: 'no-winner' });
    const relaxed: Act = {
      ...who,
      kind: 'relax',
      requirements: { ...strict, max: { value: 450, relative: false } },
      replaced: strict,
      reason: 'it fits',
    };
    expect(deliberate(campaign, { ...board, acts: [relaxed] })).toMatchObject({ kind: 'end' });
    expect(deliberate(campaign, { ...board, acts: [{ ...who, kind: 'approve' }] })).toMatchObject({
      kind: 'end',
      because: 'nothing more can be measured or tried after round 1',
    });
  });

  it('approve what is selected where they are to', () => {
    const campaign = campaignOf(['a'], { approval: true });
    const { board, steps } = play(campaign, exactly({ a: { bytes: 400 } }));
    expect(steps.at(-1)).toEqual({ kind: 'ask', question: 'approval' });
    expect(deliberate(campaign, { ...board, acts: [{ ...who, kind: 'approve' }] })).toMatchObject({
      kind: 'end',
    });
  });
});

const numbers = fc.record({
  accuracy: fc.constantFrom(0.9, 0.89, 0.885, 0.87, 0.8, 0.5),
  bytes: fc.integer({ min: 100, max: 120 }),
  tpot: fc.integer({ min: 4, max: 20 }).map((ms) => ms / 1000),
});
const objectives = fc.constantFrom<Campaign['objectives']>(
  [{ minimize: 'model.bytes' }],
  [{ maximize: 'speed' }],
  [{ maximize: 'sums.exact_match' }, { minimize: 'model.bytes' }],
  [{ weighted: { 'sums.exact_match': 2, speed: 1 } }],
  [{ minimize: 'model.bytes' }, { knee: ['sums.exact_match', 'speed'] }],
  [{ knee: ['sums.exact_match', 'model.bytes'] }],
);
const field = fc.record({
  drawn: fc.array(numbers, { minLength: 1, maxLength: 12 }),
  objectives,
  race: fc.constantFrom<'auto' | 'off'>('auto', 'off'),
});
const labelled = (drawn: readonly SampleNumbers[]): Numbers =>
  Object.fromEntries(drawn.map((each, i) => [`q${String(i).padStart(2, '0')}`, each]));

describe('laws', () => {
  it('the same board gives the same step, whatever the order of its rows', () => {
    fc.assert(
      fc.property(field, fc.infiniteStream(fc.nat()), ({ drawn, objectives }, keys) => {
        const all = labelled(drawn);
        const campaign = campaignOf(Object.keys(all), { objectives });
        let board = begin(campaign);
        for (;;) {
          const step = deliberate(campaign, board);
          const shuffled = [...board.trials]
            .map((trial) => ({ trial, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ trial }) => trial);
          const copy = JSON.parse(JSON.stringify({ ...board, trials: shuffled })) as Board;
          expect(deliberate(campaign, copy)).toEqual(step);
          if (step.kind !== 'measure') return;
          board = after(board, step, exactly(all));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('without noise, giving up never removes what measuring everything selects', () => {
    fc.assert(
      fc.property(field, ({ drawn, objectives }) => {
        const all = labelled(drawn);
        const campaign = campaignOf(Object.keys(all), { objectives });
        const raced = play(campaign, exactly(all)).board;
        const whole = play({ ...campaign, search: { race: 'off', refine: 'off' } }, exactly(all)).board;
        const selected = (board: Board) =>
          decide(campaign, board.trials).selections.map(({ scenario, trial }) => [scenario, trial]);
        expect(selected(raced)).toEqual(selected(whole));
      }),
    );
  });

  it('nothing is begun when the budget is spent', () => {
    const budgets = fc.record({
      wallClock: fc.option(fc.integer({ min: 1, max: 14 })),
      device: fc.option(fc.integer({ min: 1, max: 14 })),
    });
    fc.assert(
      fc.property(field, budgets, ({ drawn, objectives, race }, limits) => {
        const all = labelled(drawn);
        const budget = { ...sampleCampaign().budget, ...limits };
        const campaign = campaignOf(Object.keys(all), {
          objectives,
          budget,
          search: { race, refine: 'off' },
        });
        let board = begin(campaign);
        const limit = Math.min(limits.wallClock ?? Infinity, limits.device ?? Infinity);
        for (;;) {
          const step = deliberate(campaign, board);
          if (step.kind !== 'measure') return;
          if (step.looks.length > 0) expect(board.spent.wallClock).toBeLessThan(limit);
          board = after(board, step, exactly(all));
        }
      }),
    );
  });
});
