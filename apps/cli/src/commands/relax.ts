import type { Command } from 'commander';
import { actOptions, type ActOptions } from './common-options.ts';

export function define(command: Command): void {
  actOptions(command)
    .summary('change the requirements of a running campaign')
    .argument('<file>', 'its campaign file, with nothing but the requirements changed')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(async (name: string, file: string, options: ActOptions & { reason: string }) => {
      const { sendAct } = await import('../acts/send-act.ts');
      const { changedRequirements } = await import('../acts/changed-requirements.ts');
      await sendAct(name, options, async (campaign) => ({
        kind: 'relax',
        requirements: await changedRequirements(file, campaign),
        reason: options.reason,
      }));
    });
}
