import type { Command } from 'commander';
import type { CampaignWorkflowResult } from '@quantloop/core';
import { actOptions, type ActOptions } from './common-options.ts';

export function define(command: Command, exitWith: (exitCode: number) => void): void {
  actOptions(command)
    .summary('go on with an interrupted or paused campaign, and follow it')
    .action(async (name: string, options: ActOptions) => {
      const begun = performance.now();
      const { hasServer, openSession } = await import('../session.ts');
      const { letGoOn } = await import('../acts/let-go-on.ts');
      const { requireCampaign, unknownCampaign } = await import('../run/find-campaign.ts');
      const { exitCodeOfOutcome, followCampaign } = await import('../run/follow-campaign.ts');
      const { campaignFailure } = await import('../run/campaign-failure.ts');
      const { printResult, secondsSince, startMissingWorkers } = await import('../run/run-campaign.ts');
      const { progressView } = await import('../run/progress-view.ts');
      const { timeSpent } = await import('../run/time-spent.ts');
      if (!(await hasServer(options))) throw unknownCampaign(name, []);
      const view = progressView({ json: options.json === true });
      const session = await openSession({ ...options, onProgress: view.note, logAs: 'resume' });
      try {
        const campaign = await requireCampaign(session.client, name);
        const targets = session.embedded && campaign.status === 'RUNNING' ? campaign.targets : [];
        if (targets.length > 0) await startMissingWorkers(session, targets);
        const startup = secondsSince(begun);
        if (campaign.status !== 'RUNNING') {
          view.note(`Run ${campaign.run} has ended already.`);
          const result = (await campaign.handle.result().catch(async (error: unknown) => {
            throw (await campaignFailure(error)).error;
          })) as CampaignWorkflowResult;
          const time = timeSpent({ total: secondsSince(begun), startup, phases: result.phases, trials: [] });
          printResult({
            followed: { result, trials: [] },
            run: campaign.run,
            time,
            json: options.json === true,
          });
          exitWith(exitCodeOfOutcome(result.decision.outcome));
          return;
        }
        const { handle, run } = campaign;
        await letGoOn(session, handle, options.by);
        const followed = await followCampaign({ session, handle, name, view, targets });
        const { phases, decision } = followed.result;
        const time = timeSpent({ total: secondsSince(begun), startup, phases, trials: followed.trials });
        printResult({ followed, run, time, json: options.json === true });
        exitWith(exitCodeOfOutcome(decision.outcome));
      } finally {
        await session.close();
      }
    });
}
