import { formatValue, jobTimeLeft, timeLeft, type JobAtWork } from '@quantloop/core';
import type { ActiveJob, CampaignLook } from '../campaign-source.ts';
import type { ShownJob } from './campaign-view.ts';

/** A job with the time until it ends, where it tells how far it is. */
export function shownJob({ seconds, ...job }: ActiveJob): ShownJob {
  const left = seconds === undefined ? undefined : jobTimeLeft(atWork({ ...job, seconds }));
  return { ...job, ...(left !== undefined && { left: `about ${formatValue(left, 's')} left` }) };
}

/** How long what is planned will still take; undefined while nothing tells, or people are waited for. */
export function leftInWords({
  progress,
  active,
  earlier,
}: NonNullable<CampaignLook['live']>): string | undefined {
  const { phase, trials } = progress;
  if (phase === 'waiting' || phase === 'paused') return undefined;
  const jobs = new Map([...active].map(([id, job]) => [id, atWork(job)]));
  const { seconds, unknown } = timeLeft({ trials, active: jobs, earlier });
  if (seconds === 0) return undefined;
  return `${unknown > 0 ? 'more than' : 'about'} ${formatValue(seconds, 's')} left`;
}

function atWork({ stage, seconds = 0, progress }: ActiveJob): JobAtWork {
  const fraction = progress !== undefined && progress.total > 0 ? progress.done / progress.total : undefined;
  return { stage, seconds, ...(fraction !== undefined && { fraction }) };
}
