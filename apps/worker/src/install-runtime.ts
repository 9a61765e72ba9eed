import { Runtime } from '@temporalio/worker';
import type { Log } from './log/open-log.ts';
import { temporalLogger } from './log/temporal-logger.ts';

export interface RuntimeOptions {
  log: Log;
}

/**
 * Sets up Temporal's native code for this process, once: before any connection or worker. Signals are left to the
 * program: it decides what an interruption means.
 */
export function installRuntime({ log }: RuntimeOptions): void {
  Runtime.install({
    logger: temporalLogger(log),
    // Of native code what nobody expects: it retries by itself what comes and goes.
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    shutdownSignals: [],
  });
}
