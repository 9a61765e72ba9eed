import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plotAxis } from '../src/plots/plot-axis.ts';

const estimate = (value: number, half = 0) => ({ value, low: value - half, high: value + half });
const axisOf = (unit: string, values: number[], gates: number[] = []) =>
  plotAxis({
    metric: 'm',
    unit,
    higherIsBetter: true,
    estimates: values.map((value) => estimate(value)),
    gates,
  });

describe('plotAxis', () => {
  it.each([
    {
      unit: 's',
      values: [0.0031, 0.0018],
      label: 'm, ms (higher is better)',
      min: 1.5,
      max: 3.5,
      type: 'value',
    },
    { unit: 's', values: [2.2, 4.1], label: 'm, s (higher is better)', min: 2, max: 4.5, type: 'value' },
    { unit: 'B', values: [16e6, 3e6], label: 'm, MiB (higher is better)', min: 0, max: 20, type: 'value' },
    {
      unit: 'fraction',
      values: [0.91, 0.99],
      label: 'm, % (higher is better)',
      min: 90,
      max: 100,
      type: 'value',
    },
    {
      unit: 'perplexity',
      values: [6, 48000],
      label: 'm (higher is better)',
      min: 5,
      max: 100000,
      type: 'log',
    },
    { unit: 'nats', values: [0, 0.5], label: 'm, nats (higher is better)', min: 0, max: 0.6, type: 'value' },
    { unit: 's', values: [], label: 'm, s (higher is better)', min: 0, max: 1, type: 'value' },
  ])('shows $values in $unit', ({ unit, values, label, min, max, type }) => {
    expect(axisOf(unit, values)).toMatchObject({ label, min, max, type });
  });

  it('keeps every point, interval and limit in view, on round bounds that differ', () => {
    const values = fc.array(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.constantFrom('s', 'B', 'tokens/s', 'nats'), values, values, (unit, points, gates) => {
        const { factor, min, max } = axisOf(unit, points, gates);
        const tolerance = 1e-9 * max;
        expect(max).toBeGreaterThan(min);
        for (const value of [...points, ...gates]) {
          expect(value * factor).toBeGreaterThanOrEqual(min - tolerance);
          expect(value * factor).toBeLessThanOrEqual(max + tolerance);
        }
      }),
    );
  });

  it('ignores what is no number', () => {
    expect(axisOf('nats', [NaN, Infinity, 1, 2])).toMatchObject(axisOf('nats', [1, 2]));
  });
});
