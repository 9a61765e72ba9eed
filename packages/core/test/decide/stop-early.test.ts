import { stopReason, StopRule } from '@quantloop/core';
import { expect, test } from 'vitest';

const metric = 'kl-divergence.mean';
const metrics = (low: number, value: number, high: number) => ({
  [metric]: { value, low, high, unit: 'nats', n: 4000, higherIsBetter: false, convention: 'kl' },
});

test('a trial is given up with its numbers where its whole interval lies beyond the limit', () => {
  expect(stopReason({ metric, above: 0.5 }, metrics(0.58, 0.62, 0.66))).toBe(
    'kl-divergence.mean is 0.62 nats (95 %: 0.58 nats to 0.66 nats), above 0.5 nats, where the campaign gives a trial up before its tasks',
  );
  expect(stopReason({ metric, below: 0.5 }, metrics(0.3, 0.4, 0.45))).toContain('below 0.5 nats');
});

test('what may yet be within the limit goes on, and so does what was not measured', () => {
  expect(stopReason({ metric, above: 0.5 }, metrics(0.49, 0.62, 0.75))).toBeUndefined();
  expect(stopReason({ metric, above: 0.5 }, metrics(0.1, 0.2, 0.3))).toBeUndefined();
  expect(stopReason({ metric, above: 0.5 }, {})).toBeUndefined();
});

test.for([{}, { above: 1, below: 2 }])('a rule has exactly one limit: %j is refused', (limits) => {
  expect(StopRule.safeParse({ metric, ...limits }).success).toBe(false);
});
