import type { TaskDocument } from './data/task-document.ts';
import type { LoadedTask } from './load-task.ts';
import { onDocument } from './on-document.ts';
import { questionOf } from './question.ts';

/**
 * Makes of a document all that a run would, so that data which does not fit its task is noticed before anything runs.
 *
 * @throws QuantloopError `invalid-spec` naming the field, and the columns there are.
 */
export function checkDocument(
  task: LoadedTask,
  document: TaskDocument,
  shots: readonly TaskDocument[],
): void {
  if (task.definition.output_type === 'multiple_choice') questionOf(task, document, 0, shots);
  else if (task.definition.output_type !== 'loglikelihood_rolling') task.prompt(document, 0, shots);
  task.fields.target(document, 0);
  const { results, place } = task;
  if (results !== undefined && 'counted' in results) {
    onDocument(() => results.counted(document), document, `${place}: process_results, document 0`);
  }
}
