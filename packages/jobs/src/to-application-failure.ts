import { ApplicationFailure } from '@temporalio/common';
import { classifyError } from './child/classify-error.ts';

/** A defect is tried this often, in case it depends on timing; then it fails for good. */
const INTERNAL_ATTEMPTS = 3;

/** Characters of a message, and as many of the stack: what a server does not take would be tried again for ever. */
const LONGEST = 20_000;

/** The one place where quantloop's errors become Temporal's: type = code, retried unless it can never help. */
export function toApplicationFailure(
  error: unknown,
  { stage, attempt }: { stage: string; attempt: number },
): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const failure = classifyError(error);
  const { code, hint } = failure;
  const message = shortened(failure.message);
  const cause = Object.assign(new Error(message), {
    name: failure.name,
    stack: shortened(failure.stack ?? ''),
  });
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: failure.permanent || (code === 'internal' && attempt >= INTERNAL_ATTEMPTS),
    details: [{ stage, ...(hint === undefined ? {} : { hint }) }],
    cause,
  });
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} … (${text.length} characters)`;
}
