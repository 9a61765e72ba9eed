import { formatValue, type Estimate, type Measurement } from '@quantloop/core';

/** What stands where there is no number. */
export const NOTHING = '—';

/** A value with its unit; a dash where it is not a finite number. */
export function formatNumber(value: number | null | undefined, unit: string): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? NOTHING
    : formatValue(value, unit);
}

/** `12.3 ms`; a dash where nothing was measured. */
export function formatMeasurement(measurement: Measurement | undefined): string {
  return measurement === undefined ? NOTHING : formatNumber(measurement.value, measurement.unit);
}

/** `[12.1 ms, 12.6 ms]`; empty where the value is exact or was not measured. */
export function formatInterval(measurement: (Estimate & { unit: string }) | undefined): string {
  if (measurement === undefined || measurement.low === measurement.high) return '';
  if (!Number.isFinite(measurement.low) || !Number.isFinite(measurement.high)) return '';
  return `[${formatNumber(measurement.low, measurement.unit)}, ${formatNumber(measurement.high, measurement.unit)}]`;
}

/** `1.87×`. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return NOTHING;
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}×`;
}

/** `98.4 %`, with one digit after the point so that small losses show. */
export function formatPercent(fraction: number): string {
  // Rounded before it is shown: no "-0.0 %".
  return Number.isFinite(fraction) ? `${(Math.round(fraction * 1000) / 10 + 0).toFixed(1)} %` : NOTHING;
}

/** `3 trials`, `1 trial`. */
export function count(n: number, one: string, many: string = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** Wall-clock time: `0.42 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return NOTHING;
  if (seconds < 10) return `${Number(seconds.toFixed(2))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
