import { QuantloopError } from '@quantloop/core';
import type { TaskDefinition } from '../../tasks/task-definition.ts';
import { METRIC_KINDS } from '../metric-kinds.ts';

/**
 * Refuses a task whose metrics run what the model wrote, unless the user has agreed to that.
 *
 * @throws QuantloopError `unsupported` saying how to agree
 */
export function requireConsent(task: TaskDefinition, runUnsafeCode: boolean): void {
  const metric = task.metric_list.map((entry) => entry.metric).find((name) => METRIC_KINDS[name]?.runsCode);
  if (metric === undefined || runUnsafeCode) return;
  throw new QuantloopError({
    code: 'unsupported',
    message: `${task.task}: the metric "${metric}" runs programs that the model writes, on the worker`,
    hint: 'To agree to that write runUnsafeCode: true beside the task in the campaign, or give --run-unsafe-code to quantloop evaluate. They run isolated, but are not harmless: use a machine that holds nothing of worth.',
  });
}
