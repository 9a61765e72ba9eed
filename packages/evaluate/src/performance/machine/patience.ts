import { setTimeout } from 'node:timers/promises';
import { isQuiet, type MachineState } from './machine-state.ts';

/** Seconds in which a machine has to be quiet to count as such. */
const MOMENT = 0.2;

export interface PatienceOptions {
  /** In all. */
  seconds: number;
  watch: () => Promise<() => Promise<MachineState>>;
  signal: AbortSignal;
}

/**
 * Waits for the machine to become quiet, each time it is asked to, until the seconds are spent: true as soon as it was quiet
 * for a moment, false where it never was.
 */
export function patience({ seconds, watch, signal }: PatienceOptions): () => Promise<boolean> {
  const end = { left: seconds };
  return async () => {
    while (end.left > 0) {
      const moment = Math.min(MOMENT, end.left);
      end.left -= moment;
      const stopWatching = await watch();
      await setTimeout(moment * 1000, undefined, { signal });
      if (isQuiet(await stopWatching())) return true;
    }
    return false;
  };
}

/** Seconds that a job waits by default. */
const DEFAULT_SECONDS = 10;

/** The seconds of `QUANTLOOP_PATIENCE`, a setting of the worker's environment. @default 10 */
export function patienceSeconds(env: NodeJS.ProcessEnv): number {
  const seconds = Number(env['QUANTLOOP_PATIENCE'] ?? DEFAULT_SECONDS);
  return seconds >= 0 ? seconds : DEFAULT_SECONDS;
}
