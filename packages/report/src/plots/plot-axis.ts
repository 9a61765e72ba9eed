import type { Estimate } from '@quantloop/core';

/** How an axis shows its numbers. */
export interface PlotAxis {
  label: string;
  /** Shown value = value × factor. */
  factor: number;
  /** `log` where the values span more than a factor of 30. */
  type: 'value' | 'log';
  min: number;
  max: number;
}

export interface PlotAxisOptions {
  metric: string;
  unit: string;
  higherIsBetter: boolean;
  /** Everything that must be visible, in the metric's unit. */
  estimates: readonly Estimate[];
  gates: readonly number[];
}

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Chooses unit, scale and round bounds so that every point, its interval and every limit is in view. */
export function plotAxis(options: PlotAxisOptions): PlotAxis {
  const { metric, unit, higherIsBetter, estimates, gates } = options;
  const all = [...estimates.flatMap(({ value, low, high }) => [value, low, high]), ...gates].filter(
    Number.isFinite,
  );
  const low = Math.min(...all);
  const high = Math.max(...all);
  const { factor, shown } = displayUnit(unit, Math.max(Math.abs(low), Math.abs(high)));
  const better = higherIsBetter ? 'higher is better' : 'lower is better';
  const label = `${metric}${shown === '' ? '' : `, ${shown}`} (${better})`;
  if (all.length === 0) return { label, factor, type: 'value', min: 0, max: 1 };
  if (unit !== 'fraction' && low > 0 && high / low > 30) {
    return {
      label,
      factor,
      type: 'log',
      min: roundDown(low * factor * 0.9),
      max: roundUp(high * factor * 1.1),
    };
  }
  const [min, max] = niceBounds(low * factor, high * factor);
  const whole = unit === 'fraction';
  return {
    label,
    factor,
    type: 'value',
    min: low >= 0 ? Math.max(0, min) : min,
    max: whole && high <= 1 ? Math.min(100, max) : max,
  };
}

function displayUnit(unit: string, largest: number): { factor: number; shown: string } {
  if (unit === 'fraction') return { factor: 100, shown: '%' };
  if (unit === 's') {
    if (largest >= 1) return { factor: 1, shown: 's' };
    return largest >= 1e-3 ? { factor: 1e3, shown: 'ms' } : { factor: 1e6, shown: 'µs' };
  }
  if (unit === 'B') {
    const power = largest < 1 ? 0 : Math.min(4, Math.floor(Math.log2(largest) / 10));
    return { factor: 2 ** (-10 * power), shown: BYTES[power]! };
  }
  return { factor: 1, shown: unit === 'perplexity' ? '' : unit };
}

/** Bounds at multiples of a round step, about an eighth of a step clear of the data. */
function niceBounds(low: number, high: number): [number, number] {
  // What differs in its last digits only is one value to an axis.
  const apart = high - low > Math.abs(high) * 1e-9;
  const span = apart ? high - low : Math.max(Math.abs(high) * 0.1, 1e-9);
  const step = roundUp(span / 5);
  const min = Math.floor((low - step / 8) / step) * step;
  const max = Math.ceil((high + step / 8) / step) * step;
  return [tidy(min), tidy(max)];
}

const tidy = (value: number): number => Number(value.toPrecision(12));
const roundUp = (value: number): number =>
  oneTwoFive(value, (steps, rest) => steps.find((step) => step >= rest * 0.999999));
const roundDown = (value: number): number =>
  oneTwoFive(value, (steps, rest) => steps.findLast((step) => step <= rest * 1.000001));

function oneTwoFive(value: number, pick: (steps: number[], rest: number) => number | undefined): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return tidy((pick([1, 2, 5, 10], value / power) ?? 1) * power);
}
