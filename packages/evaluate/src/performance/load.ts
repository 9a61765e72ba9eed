import { QuantloopError, type Scenario } from '@quantloop/core';
import { z } from 'zod';

/** One load to measure: a scenario at one batch size. */
export const Load = z.strictObject({
  /** Prefix of its metrics: `single-stream`, `offline.batch8`. */
  name: z.string(),
  kind: z.enum(['single-stream', 'offline']),
  /** The scenario's own name, which the largest batch's throughput also goes by. */
  scenario: z.string(),
  batch: z.int().positive(),
  largestBatch: z.boolean(),
  promptTokens: z.int().positive(),
  newTokens: z.int().min(2),
  /** Measured requests (offline: batches) of each model. */
  requests: z.int().positive(),
});
export type Load = z.infer<typeof Load>;

/**
 * The loads of a list of scenarios, in order; batch sizes ascending.
 *
 * @throws QuantloopError `invalid-spec` where two scenarios bear one name: their metrics would overwrite each other.
 */
export function loadsOf(scenarios: readonly Scenario[]): Load[] {
  const names = scenarios.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `two performance scenarios are named "${twice}"`,
      hint: 'Give each a `name` of its own.',
    });
  }
  return scenarios.flatMap((scenario) => {
    const { name, promptTokens, newTokens } = scenario;
    const shape = { scenario: name, kind: scenario.scenario, promptTokens, newTokens };
    if (scenario.scenario === 'single-stream') {
      return [{ ...shape, name, batch: 1, largestBatch: true, requests: scenario.requests }];
    }
    const sizes = [...new Set(scenario.batch)].sort((a, b) => a - b);
    return sizes.map((batch) => ({
      ...shape,
      name: `${name}.batch${batch}`,
      batch,
      largestBatch: batch === sizes.at(-1),
      requests: scenario.repetitions,
    }));
  });
}
