import type { Command } from 'commander';
import type { CampaignSnapshot } from '../run/campaign-snapshot.ts';
import {
  outputOptions,
  serverOptions,
  storeRoot,
  type OutputOptions,
  type ServerOptions,
} from './common-options.ts';

interface StatusOptions extends OutputOptions, ServerOptions {
  watch?: true;
}

export function define(command: Command): void {
  outputOptions(serverOptions(command))
    .summary('show where a campaign stands, and what every worker does')
    .description(
      'Shows where a campaign stands; without a name, what runs, what every worker does and what remains. With --watch ' +
        'it goes on showing that until the campaign ends.',
    )
    .argument('[campaign]', 'name of the campaign; all that run where there is none')
    .option('--watch', 'go on showing what every worker does, and how long the rest will take')
    .action(async (name: string | undefined, options: StatusOptions) => {
      if (name !== undefined && options.watch === undefined) return showCampaign(name, options);
      const { hasServer } = await import('../session.ts');
      if (name !== undefined && !(await hasServer(options))) {
        const { unknownCampaign } = await import('../run/find-campaign.ts');
        throw unknownCampaign(name, []);
      }
      const { showWork } = await import('../status/show-work.ts');
      await showWork({
        ...options,
        watch: options.watch === true,
        json: options.json === true,
        storeRoot: storeRoot(options),
        ...(name !== undefined && { only: name }),
      });
    });
}

async function showCampaign(name: string, options: OutputOptions & ServerOptions): Promise<void> {
  const { printJson } = await import('../output/print-json.ts');
  const { hasServer, openSession } = await import('../session.ts');
  const { campaignSnapshot } = await import('../run/campaign-snapshot.ts');
  const { requireCampaign, unknownCampaign } = await import('../run/find-campaign.ts');
  const { missingRoles } = await import('../run/living-pollers.ts');
  if (!(await hasServer(options))) throw unknownCampaign(name, []);
  const session = await openSession(options);
  try {
    const campaign = await requireCampaign(session.client, name);
    // The workflow answers through a control worker; where none lives, this process is one for a moment.
    const missing = await missingRoles(session.client, ['control']);
    const waiting = campaign.status === 'RUNNING' && missing.length > 0;
    await session.startWorkers(missing);
    const snapshot = await campaignSnapshot(session.client, campaign.handle.workflowId).catch(
      () => undefined,
    );
    const status = waiting ? 'waiting' : campaign.status.toLowerCase();
    const { run, folder } = campaign;
    if (options.json) {
      const trials = snapshot?.progress.trials.map((trial) => ({
        ...trial,
        active: snapshot.active.get(trial.id),
      }));
      printJson({
        campaign: name,
        run,
        status,
        folder,
        phase: snapshot?.progress.phase,
        round: snapshot?.progress.round,
        asked: snapshot?.progress.asked,
        trials: trials ?? [],
      });
    } else {
      await printStatus({ name, run, status, snapshot });
    }
  } finally {
    await session.close();
  }
}

async function printStatus(options: {
  name: string;
  run: string;
  status: string;
  snapshot: CampaignSnapshot | undefined;
}): Promise<void> {
  const { pauseLines, questionLines } = await import('../run/question-lines.ts');
  const { trialLine, trialName } = await import('../run/trial-line.ts');
  const { name, run, status, snapshot } = options;
  const hint = status === 'waiting' ? `: no workers; \`quantloop resume ${name}\` goes on` : '';
  console.log(`${name}, run ${run}: ${status}${hint}`);
  if (snapshot === undefined) return;
  const { trials, phase, round, asked, acts } = snapshot.progress;
  if (phase !== 'done') console.log(`phase: ${phase}${round > 0 ? `, round ${round}` : ''}`);
  for (const line of pauseLines(name, acts)) console.log(line);
  if (asked !== undefined) console.log(questionLines(name, asked).join('\n'));
  for (const trial of trials) {
    const active = snapshot.active.get(trial.id);
    const progress = active?.progress;
    const doing =
      active === undefined
        ? ''
        : `  ${active.stage}, attempt ${active.attempt}${active.queued ? ', queued' : ''}` +
          (progress === undefined ? '' : `, ${progress.done}/${progress.total} ${progress.unit}`);
    console.log(trialLine(trial, trialName(trial, trials)) + doing);
  }
}
