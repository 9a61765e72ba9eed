import type { ShownJob } from '../src/view/campaign-view.ts';

/** A job in a line: its stage, how far it is, and what happened to the attempt before. */
export function jobWords({ stage, queued, attempt, progress, lastFailure, left }: ShownJob): string {
  const far = progress === undefined ? '' : ` ${progress.done} of ${progress.total} ${progress.unit}`;
  const again =
    attempt > 1 ? `, attempt ${attempt}${lastFailure === undefined ? '' : ` after: ${lastFailure}`}` : '';
  return `${stage}${queued ? ' waits for a worker' : far}${left === undefined ? '' : `, ${left}`}${again}`;
}
