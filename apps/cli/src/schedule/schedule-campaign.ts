import { resolve } from 'node:path';
import { readCampaignText } from '../campaign/campaign-text.ts';
import { checkOut } from '../campaign/check-out.ts';
import { prepareCampaign } from '../campaign/prepare-campaign.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { storeRoot, type OutputOptions, type ServerOptions } from '../commands/common-options.ts';
import { printJson } from '../output/print-json.ts';
import { refuseMisfit } from '../plan/refuse-misfit.ts';
import { openSession } from '../session.ts';
import { configuredAddress } from '../temporal/connect.ts';
import { searchable } from '../temporal/search-attributes.ts';
import { applySchedule, type Applied } from './apply-schedule.ts';
import { listSchedules } from './find-schedules.ts';

const SAYS: Record<Applied, string> = {
  created: 'its schedule is created',
  changed: 'its schedule is changed',
  unchanged: 'its schedule is so already',
};

/** Has the campaign of a file run by the file's own schedule; all that would refuse a run refuses the schedule. */
export async function scheduleCampaign(
  file: string,
  options: OutputOptions & ServerOptions & { out: string },
): Promise<void> {
  const prepared = await prepareCampaign(await readCampaignText(file));
  const { campaign, specDigest, priority, schedule } = prepared;
  if (schedule === undefined) {
    await prepared.dispose();
    throw new CliError({
      message: `${file} has no schedule`,
      hint: 'Add one, e.g. `schedule: { cron: 0 2 * * *, timeZone: Europe/Berlin }`.',
      exitCode: EXIT.invalid,
    });
  }
  await checkOut({ out: options.out, prepared });
  const local = (await configuredAddress(options)) === undefined;
  await refuseMisfit(prepared, { storeRoot: storeRoot(options), local });
  const session = await openSession(options);
  try {
    // A night asks for the campaign's files long after this process has gone.
    await prepared.publish(storeRoot(options));
    const nightly = {
      ...{ campaign, specDigest, schedule, out: resolve(options.out) },
      ...(priority !== undefined && { priority }),
      listed: await searchable(session, (line) => console.error(line)),
    };
    const applied = await applySchedule(session.client, nightly);
    const own = (await listSchedules(session.client)).find((each) => each.campaign === campaign.campaign);
    const next = own?.next ?? [];
    if (options.json) return printJson({ campaign: campaign.campaign, applied, next });
    console.log(`${campaign.campaign}: ${SAYS[applied]}. Next night: ${next[0] ?? 'soon known'}.`);
    if (session.embedded) {
      const targets = campaign.targets.map(({ id }) => ` --target ${id}`).join('');
      console.log(
        `Nights begin while this folder has its server. Keep it here: quantloop worker --control --prepare${targets}`,
      );
    }
  } finally {
    await session.close();
  }
}
