import { QuantloopError, type Scenario } from '@quantloop/core';
import type { Load } from './load.ts';
import type { LoadSamples } from './performance-samples.ts';
import { isSaturated } from './server/saturation.ts';

/**
 * The load of a scenario to measure after those that have been; undefined once there is none. A sweep ends where it is
 * saturated.
 */
export function nextLoad(scenario: Scenario, measured: readonly LoadSamples[]): Load | undefined {
  const sweeps = scenario.scenario === 'server' && 'sweep' in scenario.load;
  if (sweeps && isSaturated(measured.filter((samples) => 'rounds' in samples))) return undefined;
  return loadsOf(scenario)[measured.length];
}

/** All loads of a scenario, ascending: batch sizes, clients, rates; of a sweep those it might come to. */
export function loadsOf(scenario: Scenario): Load[] {
  const { name, promptTokens, prompts } = scenario;
  const shape = {
    scenario: name,
    ...(promptTokens !== undefined && { promptTokens }),
    ...(prompts !== undefined && { prompts }),
  };
  switch (scenario.scenario) {
    case 'single-stream': {
      const { newTokens, requests } = scenario;
      return [{ ...shape, kind: 'single-stream', name, batch: 1, largestBatch: true, newTokens, requests }];
    }
    case 'offline': {
      const { newTokens, repetitions: requests } = scenario;
      const sizes = ascending(scenario.batch);
      return sizes.map((batch) => {
        const largestBatch = batch === sizes.at(-1);
        const size = { name: `${name}.batch${batch}`, batch, largestBatch };
        return { ...shape, kind: 'offline', ...size, newTokens, requests };
      });
    }
    case 'server': {
      const { newTokens, requests, repetitions, duration, slo } = scenario;
      return arrivalsOf(scenario.load).map((arrivals) => ({
        ...shape,
        kind: 'server',
        name: `${name}.${Object.entries(arrivals).flat().join('')}`,
        arrivals,
        newTokens,
        requests,
        repetitions,
        ...(duration !== undefined && { duration: duration.value }),
        ...(slo !== undefined && { slo }),
      }));
    }
  }
}

type Arrivals = Extract<Load, { kind: 'server' }>['arrivals'];

function arrivalsOf(load: Extract<Scenario, { scenario: 'server' }>['load']): Arrivals[] {
  if ('concurrency' in load) return ascending(load.concurrency).map((concurrency) => ({ concurrency }));
  if ('rate' in load) return ascending(load.rate).map((rate) => ({ rate }));
  const { sweep } = load;
  return 'rate' in sweep
    ? doubling(sweep.rate.from, sweep.rate.max).map((rate) => ({ rate }))
    : doubling(1, sweep.concurrency.max).map((concurrency) => ({ concurrency }));
}

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);

const doubling = (from: number, max: number): number[] =>
  from >= max ? [max] : [from, ...doubling(2 * from, max)];

/** @throws QuantloopError `invalid-spec` where two scenarios bear one name: their metrics would overwrite each other. */
export function requireOwnNames(scenarios: readonly Scenario[]): void {
  const names = scenarios.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `two performance scenarios are named "${twice}"`,
    hint: 'Give each a `name` of its own.',
  });
}
