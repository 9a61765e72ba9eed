import { openStore, type Store } from '@quantloop/artifacts';
import { Context } from '@temporalio/activity';
import { despiteOutages } from './despite-outages.ts';
import { toApplicationFailure } from './to-application-failure.ts';

/** An activity that only reads the store for a moment: no process of its own, no heartbeats, typed failures. */
export function storeActivity<Input, Output>(
  stage: string,
  { storeRoot }: { storeRoot: string },
  run: (input: Input, store: Store) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    let store: Store | undefined;
    try {
      return await despiteOutages(async () => {
        // One for each call: what it uses of a cache may go when it ends.
        store ??= await openStore({ root: storeRoot });
        return run(input, store);
      }, Context.current().cancellationSignal);
    } catch (error) {
      throw toApplicationFailure(error, { stage, attempt: Context.current().info.attempt });
    } finally {
      await store?.close();
    }
  };
}
