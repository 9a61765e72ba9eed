import { judge, type JudgeOptions, type Requirement, type Trial } from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const limit = (value: number, relative = false) => ({ value, relative });
const { performance: scenarios } = sampleCampaign();
const baseline = sampleTrial('baseline');
const judged = (requirements: Requirement, trial: Trial, changes: Partial<JudgeOptions> = {}) =>
  judge({ requirements, trial, baseline: baseline.metrics, scenario: scenarios[0]!, scenarios, ...changes });
const result = (...args: Parameters<typeof judged>) => judged(...args).result;

describe('a negated limit', () => {
  const small: Requirement = { metric: 'model.bytes', max: limit(500) };
  const notSmall: Requirement = { ...small, not: true };

  test('passes where the limit fails and fails where it passes; on the limit the limit holds', () => {
    const results = [499, 500, 501].map((bytes) => {
      const trial = sampleTrial('q', { bytes });
      return [result(small, trial), result(notSmall, trial)];
    });
    expect(results).toEqual([
      ['pass', 'fail'],
      ['pass', 'fail'],
      ['fail', 'pass'],
    ]);
  });

  test('stays open where the limit is open', () => {
    const open: Requirement = { metric: 'sums.exact_match', maxDrop: limit(0.02) };
    const trial = sampleTrial('q', { accuracy: 0.88, accuracyNoise: 0.01 });
    expect([result(open, trial), result({ ...open, not: true }, trial)]).toEqual([
      'inconclusive',
      'inconclusive',
    ]);
  });

  test('is not met by what was not measured', () => {
    expect(result({ metric: 'other.acc', min: limit(0.5), not: true }, sampleTrial('q'))).toBe('fail');
  });
});

describe('a limit for some targets and scenarios', () => {
  const unmet = { metric: 'model.bytes', max: limit(1) };
  const met = { metric: 'model.bytes', max: limit(1e6) };

  test('counts there only', () => {
    const trial = sampleTrial('q');
    expect(result({ ...unmet, targets: ['cpu'] }, trial)).toBe('fail');
    expect(result({ ...unmet, targets: ['gpu'] }, trial)).toBe('pass');
    expect(result({ ...unmet, scenarios: ['offline'] }, trial)).toBe('pass');
    expect(result({ ...unmet, scenarios: ['offline'] }, trial, { scenario: scenarios[1]! })).toBe('fail');
  });

  test('of alternatives those for others are no way out', () => {
    const trial = sampleTrial('q');
    expect(result({ any: [unmet, { ...met, targets: ['gpu'] }] }, trial)).toBe('fail');
    expect(judged({ all: [met, { ...unmet, targets: ['gpu'] }] }, trial).verdicts).toHaveLength(1);
  });
});

describe('confidence', () => {
  // A drop of 0.015 ± 0.004 at 95 %: half a width of 0.0053 at 99 %, of 0.0067 at 99.9 %.
  const trial = sampleTrial('q', { accuracy: 0.885, accuracyNoise: 0.004 });
  const drop = (value: number, confidence?: number): Requirement => ({
    metric: 'sums.exact_match',
    maxDrop: limit(value),
    ...(confidence !== undefined && { confidence }),
  });

  test('the more is asked for, the wider the interval that must lie within', () => {
    expect(result(drop(0.02), trial)).toBe('pass');
    expect(result(drop(0.02, 0.99), trial)).toBe('inconclusive');
    expect(result(drop(0.021, 0.99), trial)).toBe('pass');
    expect(result(drop(0.021, 0.999), trial)).toBe('inconclusive');
    const [verdict] = judged(drop(0.02, 0.99), trial).verdicts;
    expect(verdict?.confidence).toBe(0.99);
    expect(verdict!.observed!.high - verdict!.observed!.value).toBeCloseTo((0.004 * 2.5758) / 1.96, 5);
  });

  test('one of several looks asks for more than the only one', () => {
    const early = {
      ...trial,
      effort: { look: 1, looks: 4, share: 0.125, repetitions: 1, alpha: { documents: 0.2, repetitions: 1 } },
    };
    const [verdict] = judged(drop(0.02), early).verdicts;
    expect(verdict?.confidence).toBeGreaterThan(0.98);
    expect(verdict?.result).toBe('inconclusive');
  });

  test('what passes at a confidence passes at any lower one', () => {
    const share = fc.double({ min: 0.51, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.double({ min: 0, max: 0.05, noNaN: true }), (a, b, most) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        if (result(drop(most, high), trial) === 'pass') expect(result(drop(most, low), trial)).toBe('pass');
      }),
    );
  });
});

test('recovery counts what is kept, also where less is better', () => {
  const perplexity = (value: number): Trial => {
    const trial = sampleTrial('q');
    const { ...worse } = trial.metrics['single-stream.tpot.p50']!;
    delete worse.versusBaseline;
    return { ...trial, metrics: { ppl: { ...worse, value, low: value, high: value } } };
  };
  const keeps: Requirement = { metric: 'ppl', minRecovery: limit(0.95) };
  const against = { baseline: perplexity(10).metrics };
  expect(result(keeps, perplexity(10.5), against)).toBe('pass');
  expect(result(keeps, perplexity(11), against)).toBe('fail');
  expect(judged(keeps, perplexity(11), against).verdicts[0]?.gate).toBeCloseTo(10.526, 3);
});
