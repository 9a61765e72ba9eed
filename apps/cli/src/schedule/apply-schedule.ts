import type { Client, ScheduleDescription } from '@temporalio/client';
import { nightWorkflowId } from '@quantloop/core';
import { nightlyOptions, NightlyMemo, type Nightly } from './nightly.ts';

export type Applied = 'created' | 'changed' | 'unchanged';

/** Creates a campaign's schedule, or makes the one that there is as this one. Whether it is paused stays. */
export async function applySchedule(client: Client, nightly: Nightly): Promise<Applied> {
  const options = nightlyOptions(nightly);
  const id = nightWorkflowId(nightly.campaign.campaign);
  try {
    await client.schedule.create({ scheduleId: id, ...options });
    return 'created';
  } catch (error) {
    if ((error as Error).name !== 'ScheduleAlreadyRunning') throw error;
  }
  const handle = client.schedule.getHandle(id);
  if (isSame(await handle.describe(), options.action.memo)) return 'unchanged';
  await handle.update(({ state: { paused, note } }) => ({
    ...options,
    state: { paused, ...(note !== undefined && { note }) },
  }));
  return 'changed';
}

function isSame({ action }: ScheduleDescription, memo: unknown): boolean {
  const [there, own] = [NightlyMemo.safeParse(action.memo), NightlyMemo.parse(memo)];
  if (!there.success) return false;
  return (['specDigest', 'out', 'schedule', 'priority'] as const).every(
    (key) => there.data[key] === own[key],
  );
}
