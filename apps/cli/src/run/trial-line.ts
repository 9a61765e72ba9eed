import type { TrialProgress } from '@quantloop/core';
import colors from 'picocolors';
import { formatDuration } from '../output/format-duration.ts';

const MARKS: Record<TrialProgress['status'], string> = {
  measured: colors.green('✓'),
  stopped: colors.yellow('■'),
  failed: colors.red('✗'),
  cancelled: colors.yellow('–'),
  'not-begun': colors.yellow('–'),
  running: colors.cyan('▸'),
  waiting: colors.dim('·'),
};

/** A trial in one line: what each stage took, why it failed, or why it is yet to come. */
export function trialLine(trial: TrialProgress, name: string): string {
  const { status, failure, stopped, planned, effort, stages = {} } = trial;
  const mark = MARKS[status];
  if (status === 'waiting' && planned !== undefined) return `${mark} ${name}  ${colors.dim(planned)}`;
  if (failure !== undefined) return `${mark} ${name}  ${failure.stage}: ${failure.message} (${failure.code})`;
  if (stopped !== undefined) return `${mark} ${name}  given up: ${stopped}`;
  if (status === 'not-begun') return `${mark} ${name}  not begun: the budget was used up`;
  const parts = Object.entries(stages).map(([stage, execution]) => {
    const time = execution.cached ? 'from cache' : formatDuration(execution.seconds);
    const again = execution.attempts > 1 ? `, attempt ${execution.attempts}` : '';
    return `${stage} ${colors.dim(time + again)}`;
  });
  const look = effort === undefined || effort.looks === 1 ? '' : `look ${effort.look} of ${effort.looks}  `;
  return `${mark} ${name}  ${look}${parts.join(' · ')}`;
}

/** Trials are told apart by label alone, unless there are several models or targets. */
export function trialName(trial: TrialProgress, trials: readonly TrialProgress[]): string {
  const several = (key: 'model' | 'target') => trials.some((other) => other[key] !== trial[key]);
  return [several('model') ? trial.model : '', several('target') ? trial.target : '', trial.label]
    .filter((part) => part !== '')
    .join(' / ');
}
