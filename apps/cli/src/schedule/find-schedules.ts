import type { Client, ScheduleHandle } from '@temporalio/client';
import { nightWorkflowId, suggestName } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';

export interface ListedSchedule {
  campaign: string;
  paused: boolean;
  /** ISO 8601, the next first. */
  next: string[];
}

/** The schedules that the server has, by campaign's name. */
export async function listSchedules(client: Client): Promise<ListedSchedule[]> {
  const prefix = nightWorkflowId('');
  const found: ListedSchedule[] = [];
  for await (const { scheduleId: id, state, info } of client.schedule.list()) {
    if (!id.startsWith(prefix)) continue;
    found.push({
      campaign: id.slice(prefix.length),
      paused: state.paused,
      next: info.nextActionTimes.map((time) => time.toISOString()),
    });
  }
  return found.sort((a, b) => (a.campaign < b.campaign ? -1 : 1));
}

/** Does something with a campaign's schedule; an error that names those there are where it has none. */
export async function withSchedule<T>(
  client: Client,
  campaign: string,
  work: (handle: ScheduleHandle) => Promise<T>,
): Promise<T> {
  try {
    return await work(client.schedule.getHandle(nightWorkflowId(campaign)));
  } catch (error) {
    if ((error as Error).name !== 'ScheduleNotFoundError') throw error;
    throw unknownSchedule(
      campaign,
      (await listSchedules(client)).map((each) => each.campaign),
    );
  }
}

export function unknownSchedule(campaign: string, names: readonly string[]): CliError {
  return new CliError({
    message: `The campaign "${campaign}" has no schedule here`,
    hint:
      names.length === 0
        ? '`quantloop schedule apply FILE` makes one of the block `schedule` of a campaign file.'
        : suggestName(campaign, names),
    exitCode: EXIT.invalid,
  });
}
