import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { CONTROL_QUEUE, PREPARE_QUEUE, targetQueue } from '@quantloop/core';
import type { WorkerRole } from '../session.ts';
import { processAlive } from '../temporal/process-alive.ts';

const WORKFLOW = 1;
const ACTIVITY = 2;

/** The roles that no living worker plays. Temporal remembers pollers for minutes, so those of this host are looked up. */
export async function missingRoles(client: Client, roles: readonly WorkerRole[]): Promise<WorkerRole[]> {
  const played = await Promise.all(roles.map((role) => isPlayed(client, role)));
  return roles.filter((_role, i) => played[i] === false);
}

async function isPlayed(client: Client, role: WorkerRole): Promise<boolean> {
  return (await livingPollers(client, role)).length > 0;
}

/** The workers of a role, by `<host>/<role>/<pid>` and what they are pinned to, each once; of this host those alone that live. */
export async function livingPollers(client: Client, role: WorkerRole): Promise<string[]> {
  const name =
    role === 'control' ? CONTROL_QUEUE : role === 'prepare' ? PREPARE_QUEUE : targetQueue(role.target);
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    taskQueueType: role === 'control' ? WORKFLOW : ACTIVITY,
  });
  const identities = new Set((pollers ?? []).map(({ identity }) => identity ?? ''));
  return [...identities].filter((identity) => {
    // `<host>/<role>/<pid>…`, as apps/worker names them.
    const [host, , pid] = identity.split('/');
    return host !== hostname() || processAlive(Number(pid));
  });
}
