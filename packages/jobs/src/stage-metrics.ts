import type { JournalNote } from '@quantloop/artifacts';
import type { MetricMeter } from '@temporalio/common';

/** Counts what happens to jobs, by what their store's journal says of them. */
export class StageMetrics {
  readonly #meter: MetricMeter;

  /** @param role of the worker: `prepare`, or the target's id */
  constructor(meter: MetricMeter, { stage, role }: { stage: string; role: string }) {
    this.#meter = meter.withTags({ stage, role });
  }

  note({ event, seconds, code }: Pick<JournalNote, 'event' | 'seconds' | 'code'>): void {
    switch (event) {
      case 'started':
        return this.#running(1);
      case 'resumed':
        return;
      case 'cached':
        return this.#ended('cached');
      case 'finished':
        this.#running(-1);
        this.#took(seconds);
        return this.#ended('computed');
      case 'failed':
        this.#running(-1);
        this.#took(seconds);
        if (code === 'cancelled') return this.#ended('cancelled');
        this.#meter
          .createCounter('quantloop_stage_failures', undefined, 'Attempts that failed, by code')
          .add(1, { code: code ?? 'internal' });
        return this.#ended('failed');
    }
  }

  #ended(result: 'cached' | 'computed' | 'failed' | 'cancelled'): void {
    this.#meter
      .createCounter('quantloop_stages', undefined, 'Attempts at stages that ended, by result')
      .add(1, { result });
  }

  #running(change: 1 | -1): void {
    this.#meter.createUpDownCounter?.('quantloop_jobs_running', undefined, 'Jobs at work now').add(change);
  }

  #took(seconds = 0): void {
    this.#meter
      .createHistogram(
        'quantloop_job_duration',
        'float',
        'seconds',
        'How long jobs had their machine, failed ones included',
      )
      .record(seconds);
  }
}
