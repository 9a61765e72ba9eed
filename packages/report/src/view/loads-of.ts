import type { Trial } from '@quantloop/core';

/** The loads of a server that were measured: `concurrency8`, `rate0.5`, `saturation`. */
export function loadsOf(trial: Trial, scenario: string): string[] {
  const [prefix, suffix] = [`${scenario}.`, '.requests_per_second'];
  return Object.keys(trial.metrics)
    .filter((metric) => metric.startsWith(prefix) && metric.endsWith(suffix))
    .map((metric) => metric.slice(prefix.length, -suffix.length))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
