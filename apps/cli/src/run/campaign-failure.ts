import { isPermanent } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';
import { exitCodeOf } from '../output/report-error.ts';

export interface CampaignFailure {
  /** `unreachable`: the server did not answer; the campaign itself is unharmed. */
  kind: 'failed' | 'unreachable';
  error: CliError;
}

/** What ended a campaign without a decision, in words of this project. */
export async function campaignFailure(error: unknown): Promise<CampaignFailure> {
  const { WorkflowFailedError } = await import('@temporalio/client');
  const { ApplicationFailure, CancelledFailure, TerminatedFailure } = await import('@temporalio/common');
  if (!(error instanceof WorkflowFailedError)) {
    const message = `The Temporal server does not answer: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'unreachable', error: new CliError({ message, cause: error }) };
  }
  const { cause } = error;
  if (cause instanceof CancelledFailure || cause instanceof TerminatedFailure) {
    return failed({ message: 'The campaign was cancelled; what it finished stays in the store', cause });
  }
  let innermost: Error | undefined = cause;
  while (innermost?.cause instanceof Error) innermost = innermost.cause;
  if (innermost instanceof ApplicationFailure) {
    const code = innermost.type ?? 'internal';
    const [details] = (innermost.details ?? []) as [{ hint?: string; stage?: string }?];
    return failed({
      message: innermost.message,
      ...(details?.hint === undefined ? {} : { hint: details.hint }),
      exitCode: exitCodeOf(code, isPermanent(code)),
      details: { code, stage: details?.stage },
      cause,
    });
  }
  return failed({
    message: `The campaign failed: ${innermost?.message ?? error.message}`,
    exitCode: EXIT.failure,
    cause,
  });
}

const failed = (options: ConstructorParameters<typeof CliError>[0]): CampaignFailure => ({
  kind: 'failed',
  error: new CliError(options),
});
