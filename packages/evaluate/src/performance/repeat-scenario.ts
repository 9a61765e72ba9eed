import type { Scenario } from '@quantloop/core';

/** The scenario measured so many times as often: requests one after the other, batches, or rounds of a server. */
export function repeatScenario(scenario: Scenario, times: number): Scenario {
  return scenario.scenario === 'single-stream'
    ? { ...scenario, requests: times * scenario.requests }
    : { ...scenario, repetitions: times * scenario.repetitions };
}
