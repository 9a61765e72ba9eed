import { ApplicationFailure } from '@temporalio/common';
import { classifyError } from './child/classify-error.ts';

/** A defect is tried this often, in case it depends on timing; then it fails for good. */
const INTERNAL_ATTEMPTS = 3;

/** The one place where quantloop's errors become Temporal's: type = code, retried unless it can never help. */
export function toApplicationFailure(
  error: unknown,
  { stage, attempt }: { stage: string; attempt: number },
): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const failure = classifyError(error);
  const { code, message, hint } = failure;
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: failure.permanent || (code === 'internal' && attempt >= INTERNAL_ATTEMPTS),
    details: [{ stage, ...(hint === undefined ? {} : { hint }) }],
    cause: failure,
  });
}
