import { CliError, EXIT } from '../cli-error.ts';
import type { ServerOptions } from '../commands/common-options.ts';
import { listCampaigns } from '../run/find-campaign.ts';
import { hasServer, openSession } from '../session.ts';

/** A campaign that runs may be about to use what nobody has asked for lately. */
export async function refuseWhileRunning(options: ServerOptions): Promise<void> {
  if (!(await hasServer(options))) return;
  const session = await openSession(options);
  try {
    const running = (await listCampaigns(session.client)).find(({ status }) => status === 'RUNNING');
    if (running === undefined) return;
    throw new CliError({
      message: `The campaign "${running.name}" is running`,
      hint: `Wait for its end, or end it: \`quantloop cancel ${running.name}\`.`,
      exitCode: EXIT.invalid,
    });
  } finally {
    await session.close();
  }
}
