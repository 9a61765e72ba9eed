import colors from 'picocolors';
import { bar } from '../output/bar.ts';
import { formatDuration } from '../output/format-duration.ts';
import type { AssignedJob, CampaignWork, Work, WorkerAtWork } from './work.ts';

/** Below so many columns a worker takes two lines. */
const WIDE = 100;

/** Who does what, for a terminal so many columns wide. */
export function workLines(work: Work, columns: number): string[] {
  const names = work.workers.map(({ identity }) => identity.length);
  const indent = Math.max(0, ...names) + 2;
  return [
    ...work.campaigns.flatMap((campaign) => campaignLines(campaign)),
    ...(work.campaigns.length === 0 ? ['No campaign runs.'] : []),
    '',
    ...work.workers.flatMap((worker) => workerLines(worker, { columns, indent })),
    ...(work.workers.length === 0 ? ['No worker is there: `quantloop worker` starts one.'] : []),
    ...queueLines(work.queued),
  ];
}

/** What remains of a campaign, in words. */
export function campaignWords({
  phase,
  round = 0,
  trials,
  asked,
  secondsLeft,
  unknown,
}: CampaignWork): string {
  if (phase === undefined || trials === undefined) return 'no control worker answers for it';
  const { ended, failed, total } = trials;
  return [
    `${phase}${round > 1 ? `, round ${round}` : ''}`,
    `${ended} of ${total} trials ended${failed > 0 ? `, ${failed} failed` : ''}`,
    ...(asked === undefined ? [] : ['waits for people']),
    ...(secondsLeft === undefined
      ? []
      : [`${unknown === undefined ? 'about' : 'more than'} ${formatDuration(secondsLeft)} left`]),
  ].join(', ');
}

/** A job in words, without a bar. */
export function jobWords({ campaign, trial, stage, attempt, progress, secondsLeft }: AssignedJob): string {
  return [
    `${campaign} ${trial ?? ''}`.trim(),
    `${stage}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
    ...(progress === undefined ? [] : [`${progress.done} of ${progress.total} ${progress.unit}`]),
    ...(secondsLeft === undefined ? [] : [`about ${formatDuration(secondsLeft)} left`]),
  ].join(', ');
}

function campaignLines(campaign: CampaignWork): string[] {
  const { name, trials } = campaign;
  const far = trials === undefined ? '' : `${bar(trials.ended / Math.max(1, trials.total), 20)} `;
  return [`${far}${colors.bold(name)}`, `  ${campaignWords(campaign)}`];
}

function workerLines(
  { identity, job }: WorkerAtWork,
  { columns, indent }: { columns: number; indent: number },
): string[] {
  const name = identity.padEnd(indent);
  if (job === undefined) return [`${name}${colors.dim('idle')}`];
  const { trial, campaign, stage, attempt, progress, secondsLeft, lastFailure } = job;
  const what = `${colors.cyan('▸')} ${trial ?? campaign}`;
  const how = [
    stage,
    ...(attempt > 1 ? [colors.yellow(`attempt ${attempt}`)] : []),
    ...(progress === undefined || progress.total === 0
      ? []
      : [`${bar(progress.done / progress.total, 12)} ${progress.done}/${progress.total} ${progress.unit}`]),
    ...(secondsLeft === undefined ? [] : [colors.dim(`~${formatDuration(secondsLeft)}`)]),
    ...(attempt > 1 && lastFailure !== undefined ? [colors.yellow(`(${lastFailure.split('\n')[0]})`)] : []),
  ].join(' ');
  return columns >= WIDE ? [`${name}${what}  ${how}`] : [identity, `  ${what}`, `    ${how}`];
}

function queueLines(queued: readonly AssignedJob[]): string[] {
  if (queued.length === 0) return [];
  return [
    '',
    `Waiting for a worker: ${queued.length}`,
    ...queued.slice(0, 5).map((job) => `  ${jobWords(job)}`),
  ];
}
