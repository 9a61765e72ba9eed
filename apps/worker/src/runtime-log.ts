import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';

export interface RuntimeLogOptions {
  /** @default 'WARN' */
  level?: LogLevel;
}

/**
 * Makes Temporal's native code and the workers log to stderr from `level` up. Must come before any connection or
 * worker of the process. Signals are left to the program: it decides what an interruption means.
 */
export function installRuntime(options: RuntimeLogOptions = {}): void {
  const { level = 'WARN' } = options;
  Runtime.install({
    logger: new DefaultLogger(level),
    telemetryOptions: { logging: { forward: {}, filter: { core: level, other: 'ERROR' } } },
    shutdownSignals: [],
  });
}
