import { actInWords, CAMPAIGN_QUERY, type ActInput, type Campaign } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';
import type { ActOptions } from '../commands/common-options.ts';
import { printJson } from '../output/print-json.ts';
import { requireCampaign, unknownCampaign } from '../run/find-campaign.ts';
import { missingRoles } from '../run/living-pollers.ts';
import { hasServer, openSession } from '../session.ts';
import { loginName } from './login-name.ts';
import { recordAct } from './record-act.ts';

/** What is to be done, without who does it. */
type Deed = Anonymous<ActInput>;
type Anonymous<Each> = Each extends ActInput ? Omit<Each, 'by'> : never;

/**
 * Has a running campaign take an act into its record, and says so. Refused acts are errors that say what to do instead.
 *
 * @param deed of the campaign as it was begun
 */
export async function sendAct(
  name: string,
  options: ActOptions,
  deed: (campaign: Campaign) => Deed | Promise<Deed>,
): Promise<void> {
  const by = options.by ?? loginName();
  if (!(await hasServer(options))) throw unknownCampaign(name, []);
  const session = await openSession(options);
  try {
    const { handle, run, status } = await requireCampaign(session.client, name);
    if (status !== 'RUNNING') {
      throw new CliError({
        message: `The campaign "${name}" is not running: run ${run} has ended (${status.toLowerCase()})`,
        hint: 'Change its file, and run it again: what was measured is kept.',
        exitCode: EXIT.invalid,
      });
    }
    // The workflow takes the act in a control worker; where none lives, this process is one for a moment.
    const missing = await missingRoles(session.client, ['control']);
    await session.startWorkers(missing);
    const input = { ...(await deed(await handle.query<Campaign>(CAMPAIGN_QUERY))), by } as ActInput;
    const act = await recordAct(handle, input);
    if (options.json) return printJson({ campaign: name, run, act });
    const { what, why } = actInWords(act);
    console.log(`${name}: ${act.by} ${what}${why === '' ? '' : ` (${why})`}.`);
    if (missing.length > 0 && act.kind !== 'pause')
      console.log(`No workers run: \`quantloop resume ${name}\` goes on.`);
  } finally {
    await session.close();
  }
}
