import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stacks of failures become payloads, which are encrypted; else they stand in histories as they are. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
