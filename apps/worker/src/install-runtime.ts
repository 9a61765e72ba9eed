import { Runtime } from '@temporalio/worker';
import type { Log } from './log/open-log.ts';
import { temporalLogger } from './log/temporal-logger.ts';

export interface RuntimeOptions {
  log: Log;
  /** Address at which Temporal's native code serves the metrics of this process, as `serveMetrics` asks for them. */
  exporter?: string;
}

/** Seconds. A stage takes from moments to days. */
const JOB_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600];

/**
 * Sets up Temporal's native code for this process, once: before any connection or worker. Signals are left to the
 * program: it decides what an interruption means.
 */
export function installRuntime({ log, exporter }: RuntimeOptions): void {
  Runtime.install({
    logger: temporalLogger(log),
    telemetryOptions: {
      // Of native code what nobody expects: it retries by itself what comes and goes.
      logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
      ...(exporter !== undefined && {
        metrics: {
          prometheus: {
            bindAddress: exporter,
            countersTotalSuffix: true,
            unitSuffix: true,
            useSecondsForDurations: true,
            histogramBucketOverrides: {
              quantloop_job_duration: JOB_BUCKETS,
              // Temporal's own end at a quarter of an hour; here a job may wait for one that takes a night.
              temporal_activity_schedule_to_start_latency: JOB_BUCKETS,
            },
          },
        },
      }),
    },
    shutdownSignals: [],
  });
}
