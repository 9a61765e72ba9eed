import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ACT_UPDATE, type Act, type ActInput } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';

/** Has a campaign take an act into its record. What it refuses is an error that says what to do instead. */
export function recordAct(handle: WorkflowHandle, input: ActInput): Promise<Act> {
  return handle.executeUpdate<Act, [ActInput]>(ACT_UPDATE, { args: [input] }).catch(refused);
}

function refused(error: unknown): never {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw error;
  const [details] = (cause.details ?? []) as [{ hint?: string }?];
  throw new CliError({
    message: `Refused: ${cause.message}`,
    ...(details?.hint !== undefined && { hint: details.hint }),
    exitCode: EXIT.invalid,
    details: { refused: cause.type },
    cause: error,
  });
}
