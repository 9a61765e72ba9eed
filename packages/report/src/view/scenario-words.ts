import type { Scenario, ServerLoad, TokenCount } from '@quantloop/core';
import { formatDuration, list } from './format.ts';

/** A load shape in a few words, with its name. */
export function scenarioWords(scenario: Scenario): string {
  const shape = `${scenario.name}: ${requestWords(scenario)}`;
  switch (scenario.scenario) {
    case 'single-stream':
      return `${shape}, ${scenario.requests} requests`;
    case 'offline':
      return `${shape}, batch ${list(scenario.batch.map(String))}, ${scenario.repetitions} repetitions`;
    case 'server': {
      const { load, repetitions, requests, duration } = scenario;
      const until = duration === undefined ? '' : ` within ${formatDuration(duration.value)}`;
      return `${shape}, ${loadWords(load)}, ${repetitions} rounds of ${requests} requests${until}`;
    }
  }
}

/** What one request asks for. */
export function requestWords({ promptTokens, newTokens }: Scenario): string {
  const prompt = promptTokens === undefined ? 'real prompts' : `${countWords(promptTokens)} prompt`;
  return `${prompt} and ${countWords(newTokens)} new tokens`;
}

function countWords(count: TokenCount): string {
  if (typeof count === 'number') return String(count);
  if ('uniform' in count) return `${count.uniform.min} to ${count.uniform.max}`;
  return 'normal' in count
    ? `${count.normal.mean} ± ${count.normal.std} (normal)`
    : `${count.lognormal.mean} ± ${count.lognormal.std} (lognormal)`;
}

function loadWords(load: ServerLoad): string {
  if ('concurrency' in load) return `${list(load.concurrency.map(String))} clients`;
  if ('rate' in load) return `${list(load.rate.map(String))} requests/s`;
  return 'rate' in load.sweep
    ? `${load.sweep.rate.from} to ${load.sweep.rate.max} requests/s until saturation`
    : `up to ${load.sweep.concurrency.max} clients until saturation`;
}
