import { QuantloopError } from '@quantloop/core';
import type { TaskDocument } from './data/task-document.ts';

/**
 * What a task makes of a document; where it cannot, the error names the place and the columns there are.
 *
 * @throws QuantloopError `invalid-spec`
 */
export function onDocument<T>(run: () => T, document: TaskDocument, place: string): T {
  try {
    return run();
  } catch (cause) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${place}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: `The document has the columns ${Object.keys(document).join(', ')}.`,
      cause,
    });
  }
}
