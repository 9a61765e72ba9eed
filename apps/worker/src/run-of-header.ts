import { RUN_HEADER } from '@quantloop/core';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Gives what an activity logs the run that the campaign's workflow sent with it. */
export const runOfHeader: ActivityInterceptorsFactory = () => {
  let run: string | undefined;
  return {
    inbound: {
      execute: (input, next) => {
        const payload = input.headers[RUN_HEADER];
        if (payload !== undefined) run = defaultPayloadConverter.fromPayload<string>(payload);
        return next(input);
      },
    },
    outbound: {
      getLogAttributes: (attributes, next) => next({ ...attributes, ...(run !== undefined && { run }) }),
    },
  };
};
