import { ActivityFailure, ApplicationFailure, TimeoutFailure, isCancellation } from '@temporalio/workflow';
import type { Failure } from '../board/trial.ts';

/** The cause of a failed stage, as the board shows it. Cancellations are not failures: they are thrown on. */
export function failureOf(error: unknown, stage: string): Failure {
  if (isCancellation(error)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [details] = (cause.details ?? []) as [{ hint?: string }?];
    return {
      code: cause.type ?? 'internal',
      message: cause.message,
      stage,
      ...(details?.hint !== undefined && { hint: details.hint }),
    };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      code: 'timeout',
      message: cause.message,
      stage,
      hint: 'See whether the worker of this stage is alive.',
    };
  }
  throw error;
}
