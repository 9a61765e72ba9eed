import type { Cost } from './cost.ts';

type Phase = Exclude<keyof Cost['phases'], 'other'>;

/** Adds up how long the phases of a job take. Phases do not overlap. */
export class CostClock {
  readonly #started = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #phases: Record<Phase, number> = { calibrate: 0, round: 0, write: 0, finish: 0 };

  async time<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const before = performance.now();
    try {
      return await work();
    } finally {
      this.#phases[phase] += (performance.now() - before) / 1000;
    }
  }

  cost(bytes: Pick<Cost, 'bytesRead' | 'bytesWritten'>): Cost {
    const seconds = (performance.now() - this.#started) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    const known = Object.values(this.#phases).reduce((sum, phase) => sum + phase, 0);
    const other = Math.max(0, seconds - known);
    return { seconds, cpuSeconds: (user + system) / 1e6, ...bytes, phases: { ...this.#phases, other } };
  }
}
