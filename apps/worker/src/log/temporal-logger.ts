import { namedBy } from '@quantloop/core';
import type { LogLevel as TemporalLevel, LogMetadata, Logger } from '@temporalio/common';
import type { Log } from './open-log.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What Temporal's SDK logs, and workflows and activities through it, with quantloop's own ids. */
export function temporalLogger(log: Log): Logger {
  const write = (level: TemporalLevel, message: string, meta: LogMetadata = {}) =>
    log[isRoutine(level, message, meta) ? 'debug' : LEVELS[level]](fieldsOf(meta), message);
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/** That a worker's state changes, and that it runs no workflows or services: as it is meant to be. */
function isRoutine(level: TemporalLevel, message: string, { sdkComponent }: LogMetadata): boolean {
  return sdkComponent === 'worker' && (level === 'INFO' || message.startsWith('No workflows registered'));
}

/** What tells nobody anything that the ids do not. */
const NOISE = ['isLocal', 'namespace', 'taskToken', 'activityId', 'workflowType'];

function fieldsOf(meta: LogMetadata): Record<string, unknown> {
  const { workflowId, workflowRunId, runId, activityType, taskQueue, sdkComponent, error, ...rest } = meta;
  const id = typeof workflowId === 'string' ? workflowId : undefined;
  return {
    ...(id !== undefined && { ...namedBy(id), workflow: id }),
    ...(activityType !== undefined && { stage: activityType as unknown }),
    ...(taskQueue !== undefined && { queue: taskQueue as unknown }),
    ...(sdkComponent !== undefined && { component: sdkComponent as unknown }),
    ...((workflowRunId ?? runId) !== undefined && { temporalRun: (workflowRunId ?? runId) as unknown }),
    ...failure(error),
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !NOISE.includes(name))),
  };
}

/** Of an `ApplicationFailure` the type is quantloop's code, and its details hold the way out. */
function failure(error: unknown): Record<string, unknown> {
  if (error === undefined) return {};
  const { type, details } = error as { type?: unknown; details?: [{ hint?: unknown }?] };
  const hint = details?.[0]?.hint;
  return {
    ...(typeof type === 'string' && { code: type }),
    ...(typeof hint === 'string' && { hint }),
    err: error,
  };
}
