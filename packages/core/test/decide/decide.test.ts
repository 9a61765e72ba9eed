import { decide, type Requirement, type Trial } from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const limit = (value: number, relative = false) => ({ value, relative });
const drop = (value: number): Requirement => ({ metric: 'sums.exact_match', maxDrop: limit(value) });
const speedup = (value: number): Requirement => ({ metric: 'speed', minSpeedup: limit(value) });

const trials = [
  sampleTrial('baseline'),
  sampleTrial('int8', { accuracy: 0.899, tpot: 0.007, throughput: 180, bytes: 300 }),
  sampleTrial('int4', { accuracy: 0.89, tpot: 0.004, throughput: 90, bytes: 160 }),
  sampleTrial('int4-channel', { accuracy: 0.6, tpot: 0.004, throughput: 95, bytes: 130 }),
];
const winners = (...args: Parameters<typeof decide>) =>
  Object.fromEntries(decide(...args).selections.map((selection) => [selection.scenario, selection.label]));

describe('decide', () => {
  test('selects the smallest version that meets the drop, in every scenario', () => {
    const campaign = sampleCampaign({ requirements: drop(0.02) });
    expect(winners(campaign, trials)).toEqual({ 'single-stream': 'int4', offline: 'int4' });
  });

  test('the metric "speed" means time per token for one user and tokens per second offline', () => {
    const campaign = sampleCampaign({
      requirements: { all: [drop(0.02), speedup(1.2)] },
      objectives: [{ maximize: 'speed' }],
    });
    expect(winners(campaign, trials)).toEqual({ 'single-stream': 'int4', offline: 'int8' });
  });

  test('the baseline is a candidate too: nothing quantized need win', () => {
    const campaign = sampleCampaign({ requirements: drop(0.001), objectives: [{ minimize: 'model.bytes' }] });
    expect(winners(campaign, trials)).toEqual({ 'single-stream': 'baseline', offline: 'baseline' });
  });

  test('says why in a sentence with the numbers', () => {
    const [selection] = decide(sampleCampaign({ requirements: drop(0.02) }), trials).selections;
    expect(selection?.because).toMatchInlineSnapshot(
      `"For single-stream, 3 of 4 measured versions meet every requirement; int4 has the smallest model.bytes (160 B, 0.16× the baseline's), ahead of int8 (300 B, 0.30× the baseline's)."`,
    );
    expect(selection?.runnerUp).toBe('tiny.cpu.int8');
  });

  test('a difference within the noise never decides, the next objective does (Olive shipped on 7e-5)', () => {
    const noisy = [
      sampleTrial('baseline'),
      sampleTrial('a', { tpot: 0.00500007, bytes: 200 }),
      sampleTrial('b', { tpot: 0.005, bytes: 400 }),
    ];
    const campaign = sampleCampaign({
      requirements: drop(0.02),
      objectives: [{ maximize: 'speed' }, { minimize: 'model.bytes' }],
    });
    expect(winners(campaign, noisy)['single-stream']).toBe('a');
    expect(decide(campaign, noisy).selections[0]?.because).toContain(
      'single-stream.tpot.p50 leaves 2 of them within the noise (a and b)',
    );
  });

  test('timings of two jobs that differ by less than 5 % are not told apart, however short their intervals', () => {
    const campaign = sampleCampaign({
      requirements: drop(0.02),
      objectives: [{ maximize: 'speed' }, { minimize: 'model.bytes' }],
    });
    const among = (tpot: number) => {
      const timed = [
        sampleTrial('baseline'),
        sampleTrial('fast', { tpot, tpotNoise: 0.001, bytes: 400 }),
        sampleTrial('small', { tpot: 0.005, tpotNoise: 0.001, bytes: 200 }),
      ];
      return winners(campaign, timed)['single-stream'];
    };
    expect([among(0.0048), among(0.0044)]).toEqual(['small', 'fast']);
  });

  test('versions that no objective tells apart are named as a tie', () => {
    const twins = [
      sampleTrial('baseline'),
      sampleTrial('b', { bytes: 200 }),
      sampleTrial('a', { bytes: 200 }),
    ];
    const decision = decide(sampleCampaign({ requirements: drop(0.02) }), twins);
    expect(decision.selections[0]?.label).toBe('a');
    expect(decision.selections[0]?.because).toContain('no objective tells a and b apart');
    expect(decision.selections[0]?.ties).toEqual(['tiny.cpu.b']);
  });

  test('goals that nobody meets select nothing (Olive counted them as met)', () => {
    const campaign = sampleCampaign({ requirements: { metric: 'model.bytes', max: limit(10) } });
    const decision = decide(campaign, trials);
    expect(decision.outcome).toBe('none-acceptable');
    expect(decision.selections).toEqual([]);
    expect(decision.nearestMisses[0]).toMatchObject({ label: 'int4-channel', shortfall: 12 });
    expect(decision.nearestMisses[0]?.relaxation).toBe(
      'model.bytes "at most 10 B" would have to allow 130 B.',
    );
  });

  test('says which requirement binds how many versions, and how many alone', () => {
    const campaign = sampleCampaign({
      requirements: { all: [drop(0.02), { metric: 'model.bytes', max: limit(150) }] },
    });
    const { binding } = decide(campaign, trials);
    expect(binding.filter(({ scenario }) => scenario === 'offline')).toMatchObject([
      { metric: 'model.bytes', requirement: 'at most 150 B', trials: 3, alone: 3 },
      { metric: 'sums.exact_match', requirement: 'drop at most 2 %', trials: 1, alone: 1 },
    ]);
    expect(binding[0]?.because).toBe(
      'model.bytes "at most 150 B" keeps 3 of 4 versions from acceptance, alone.',
    );
    expect(decide(sampleCampaign({ requirements: drop(0.02) }), trials).binding).toEqual([]);
  });

  test('an interval astride the limit is inconclusive, not a pass', () => {
    const open = [
      sampleTrial('baseline'),
      sampleTrial('q', { accuracy: 0.885, accuracyNoise: 0.02, bytes: 100 }),
    ];
    const campaign = sampleCampaign({
      requirements: { all: [drop(0.02), { metric: 'model.bytes', max: limit(500) }] },
    });
    const decision = decide(campaign, open);
    expect(decision.outcome).toBe('inconclusive');
    expect(decision.verdicts['tiny.cpu.q']?.['offline']?.map((verdict) => verdict.result)).toEqual([
      'inconclusive',
      'pass',
    ]);
  });

  test('a simulated trial can never win on speed', () => {
    const simulated = [
      sampleTrial('baseline'),
      sampleTrial('int3', { tpot: 0.001, bytes: 100 }, { simulated: true }),
    ];
    const campaign = sampleCampaign({ requirements: { all: [drop(0.02), speedup(1.5)] } });
    expect(decide(campaign, simulated).outcome).toBe('none-acceptable');
    const fastest = sampleCampaign({ requirements: drop(0.02), objectives: [{ maximize: 'speed' }] });
    const int8 = sampleTrial('int8', { tpot: 0.007, throughput: 180 });
    expect(winners(fastest, [...simulated, int8])).toEqual({ 'single-stream': 'int8', offline: 'int8' });
  });

  test('a simulated trial is on no front that has speed as an axis', () => {
    const simulated = [
      sampleTrial('baseline'),
      sampleTrial('int3', { accuracy: 0.8, tpot: 0.001, bytes: 1 }, { simulated: true }),
    ];
    const fronts = decide(sampleCampaign(), simulated).front.map(({ axes, strict }) => [
      axes[1],
      strict.length,
    ]);
    expect(fronts).toEqual([
      ['single-stream.tpot.p50', 1],
      ['offline.tokens_per_second', 1],
      ['model.bytes', 2],
    ]);
  });

  test('the baseline against itself is exact: it neither gains nor loses', () => {
    const campaign = sampleCampaign({ requirements: { all: [drop(0.02), speedup(1.5)] } });
    const [lost, gained] = decide(campaign, trials).verdicts['tiny.cpu.baseline']!['offline']!;
    expect([lost?.result, gained?.result]).toEqual(['pass', 'fail']);
  });

  test('a baseline of 0 cannot be related to, and says so', () => {
    const zero = [sampleTrial('baseline', { accuracy: 0 }), sampleTrial('q', { accuracy: 0 })];
    for (const trial of zero) delete trial.metrics['sums.exact_match']!.versusBaseline;
    const campaign = sampleCampaign({
      requirements: { metric: 'sums.exact_match', minRecovery: limit(0.99) },
    });
    const [verdict] = decide(campaign, zero).verdicts['tiny.cpu.q']!['offline']!;
    expect(verdict).toMatchObject({ result: 'inconclusive', observed: null });
    expect(verdict?.note).toContain('which is 0');
  });

  test('any passes with one alternative; its nearest one counts as the miss', () => {
    const either: Requirement = {
      all: [drop(0.02), { any: [speedup(9), { metric: 'model.bytes', max: limit(170) }] }],
    };
    expect(winners(sampleCampaign({ requirements: either }), trials)).toEqual({
      'single-stream': 'int4',
      offline: 'int4',
    });
  });

  test('without a measured baseline, absolute gates still gate and relative ones stay open', () => {
    const orphan = trials.slice(1).map((trial) => structuredClone(trial));
    const gate = sampleCampaign({ requirements: { metric: 'model.bytes', max: limit(170) } });
    expect(decide(gate, orphan).outcome).toBe('selected');
    const relative = sampleCampaign({ requirements: drop(0.02) });
    expect(decide(relative, orphan).outcome).toBe('inconclusive');
  });

  test('failed trials are never selected and do not disturb', () => {
    const failed = sampleTrial('broken', { bytes: 1 }, { status: 'failed', artifact: null, metrics: {} });
    const campaign = sampleCampaign({ requirements: drop(0.02) });
    expect(decide(campaign, [...trials, failed])).toEqual(decide(campaign, trials));
  });
});

const numbers = fc.record({
  accuracy: fc.double({ min: 0.5, max: 0.95, noNaN: true }),
  tpot: fc.double({ min: 0.001, max: 0.02, noNaN: true }),
  bytes: fc.integer({ min: 100, max: 1000 }),
});
const boards = fc
  .array(numbers, { minLength: 1, maxLength: 12 })
  .map((rows) => [sampleTrial('baseline'), ...rows.map((row, i) => sampleTrial(`q${i}`, row))]);
const acceptable = (board: Trial[], requirements: Requirement) =>
  Object.entries(decide(sampleCampaign({ requirements }), board).verdicts)
    .filter(([, scenarios]) => scenarios['offline']?.every((verdict) => verdict.result === 'pass'))
    .map(([id]) => id);

describe('laws of deciding', () => {
  test('the order of trials never changes the decision', () => {
    const campaign = sampleCampaign({ objectives: [{ maximize: 'speed' }] });
    const shuffled = boards.chain((board) =>
      fc.tuple(fc.constant(board), fc.shuffledSubarray(board, { minLength: board.length })),
    );
    fc.assert(
      fc.property(shuffled, ([board, other]) => {
        expect(decide(campaign, other)).toEqual(decide(campaign, board));
      }),
    );
  });

  test('tightening a requirement never adds an acceptable trial', () => {
    const limits = fc.tuple(
      boards,
      fc.double({ min: 0, max: 0.3, noNaN: true }),
      fc.double({ min: 0, max: 0.2, noNaN: true }),
    );
    fc.assert(
      fc.property(limits, ([board, loose, by]) => {
        const wide = acceptable(board, drop(loose));
        expect(acceptable(board, drop(loose - by)).every((id) => wide.includes(id))).toBe(true);
      }),
    );
  });
});
