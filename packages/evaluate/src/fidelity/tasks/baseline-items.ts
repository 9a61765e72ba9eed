import { QuantloopError } from '@quantloop/core';
import type { FidelityItems, TaskItems } from '../fidelity-items.ts';
import { firstDocuments } from '../first-documents.ts';

/**
 * The baseline's results on the documents that the candidate was asked; undefined where it was not asked the task.
 *
 * @throws QuantloopError `invalid-spec` where they are not the same documents.
 */
export function baselineItems(items: TaskItems, checks: FidelityItems['checks']): TaskItems | undefined {
  const { name, total } = items;
  const found = checks.find((check): check is TaskItems => check.kind === 'task' && check.name === name);
  if (found === undefined) return undefined;
  if (found.bundle !== items.bundle) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${name}: the baseline was measured on another task of this name (${found.bundle})`,
      hint: 'Measure the baseline again.',
    });
  }
  if (found.documents === total) return firstDocuments(found, items.documents);
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${name}: the baseline was measured on ${found.documents} documents, the candidate's task has ${total}`,
    hint: 'Measure the baseline in full, and both with the same limit.',
  });
}
