import type { Metrics } from '../../board/measurement.ts';
import type { Trial } from '../../board/trial.ts';
import type { PlannedTrial } from '../plan-round.ts';

/** What is exactly known of a trial before it is begun: a recipe makes the same file of a model for every target. */
export function knownBefore({ trial }: PlannedTrial, trials: readonly Trial[]): Metrics {
  const same = trials.find(
    ({ model, label, metrics }) =>
      model === trial.model && label === trial.label && metrics['model.bytes'] !== undefined,
  );
  if (same === undefined) return {};
  return Object.fromEntries(Object.entries(same.metrics).filter(([metric]) => metric.startsWith('model.')));
}
