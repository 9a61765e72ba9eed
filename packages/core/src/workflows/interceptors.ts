import {
  defaultPayloadConverter,
  workflowInfo,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';
import { RUN_HEADER } from './messages.ts';

/**
 * Lets logs say which run of a campaign they are of. Headers are no part of what a replay compares: histories without
 * them stay valid.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      getLogAttributes: (attributes, next) => next({ ...attributes, ...runOf() }),
      scheduleActivity: (input, next) => {
        const { run } = runOf();
        if (run === undefined) return next(input);
        const header = defaultPayloadConverter.toPayload(run)!;
        return next({ ...input, headers: { ...input.headers, [RUN_HEADER]: header } });
      },
    },
  ],
});

/** As the memo has it, which is not there yet when the interceptors are made. */
const runOf = () => {
  const { run } = (workflowInfo().memo ?? {}) as { run?: string };
  return run === undefined ? {} : { run };
};
