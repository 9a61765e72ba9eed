import { judge, limitAt, LIMIT_KINDS, type MetricRequirement } from '@quantloop/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const { performance: scenarios } = sampleCampaign();

test.each(LIMIT_KINDS)('a %s limit at a value of its metric is met exactly there', (kind) => {
  const value = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(value, value, fc.boolean(), fc.boolean(), (gate, base, higherIsBetter, relative) => {
      const measurement = {
        ...{ value: base, low: base, high: base, unit: '', n: 1, higherIsBetter, convention: 'made up' },
      };
      const metrics = { 'some.metric': measurement };
      const asked: MetricRequirement = { metric: 'some.metric', [kind]: { value: 1, relative } };
      const limit = limitAt({ requirement: asked, gate, baseline: measurement });
      const [verdict] = judge({
        requirements: { ...asked, [kind]: limit },
        trial: { ...sampleTrial('q'), metrics },
        baseline: metrics,
        ...{ scenario: scenarios[0]!, scenarios },
      }).verdicts;
      // Of limits that are differences a small one is what two large numbers leave.
      expect(Math.abs(verdict!.gate! - gate)).toBeLessThanOrEqual(1e-9 * Math.max(gate, base));
    }),
  );
});

test('without a baseline only an absolute limit has a place', () => {
  const at = (requirement: MetricRequirement) => limitAt({ requirement, gate: 3, baseline: undefined });
  expect(at({ metric: 'm', max: { value: 1, relative: false } })).toEqual({ value: 3, relative: false });
  expect(at({ metric: 'm', maxDrop: { value: 1, relative: false } })).toBeUndefined();
});
