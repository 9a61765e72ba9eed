import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { WORKER_DRAINED } from './messages.ts';

/**
 * The activities, with as many further attempts as it takes where the last one ended because its worker was stopped: of an
 * attempt of that kind no stage ever fails, however often workers come and go.
 */
export function despiteDrains<Activities extends object>(activities: Activities): Activities {
  return new Proxy(activities, {
    get: (target, name) => {
      const run = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      const attempt = (...args: unknown[]): Promise<unknown> =>
        run(...args).catch((error: unknown) => {
          if (isDrained(error)) return attempt(...args);
          throw error;
        });
      return attempt;
    },
  });
}

function isDrained(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === WORKER_DRAINED;
}
