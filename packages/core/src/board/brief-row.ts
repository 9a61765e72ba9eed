import { unevenLosses } from '../decide/recovery.ts';
import type { Trial } from './trial.ts';

/**
 * A row without what nothing is decided by while a campaign runs: provenance, answers, and metrics other than these and
 * those that a mean hides. The whole of it is kept in the store.
 */
export function briefRow({ answers: _, ...trial }: Trial, deciding: readonly string[]): Trial {
  const uneven = unevenLosses(trial.metrics).map(({ metric }) => metric);
  const metrics = Object.fromEntries(
    [...new Set([...deciding, ...uneven])].flatMap((name) => {
      const measured = trial.metrics[name];
      return measured === undefined ? [] : [[name, measured]];
    }),
  );
  return { ...trial, metrics, provenance: {} };
}
