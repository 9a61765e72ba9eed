import type { WorkflowHandle } from '@temporalio/client';
import { PROGRESS_QUERY, type CampaignProgress } from '@quantloop/core';
import { missingRoles } from '../run/living-pollers.ts';
import type { Session } from '../session.ts';
import { loginName } from './login-name.ts';
import { recordAct } from './record-act.ts';

/** Lets a campaign that people paused go on; any other is left alone. */
export async function letGoOn(session: Session, handle: WorkflowHandle, by?: string): Promise<void> {
  // The workflow answers through a control worker; where none lives, this process is one.
  await session.startWorkers(await missingRoles(session.client, ['control']));
  const { phase } = await handle.query<CampaignProgress>(PROGRESS_QUERY);
  if (phase === 'paused') await recordAct(handle, { kind: 'go-on', by: by ?? loginName() });
}
