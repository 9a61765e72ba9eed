import type { Command } from 'commander';
import { actOptions, type ActOptions } from './common-options.ts';

export function define(command: Command): void {
  actOptions(command)
    .summary('have a trial not selected, whatever was measured')
    .argument('<trial>', 'id of the trial, as `status` shows it')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(async (name: string, trial: string, options: ActOptions & { reason: string }) => {
      const { sendAct } = await import('../acts/send-act.ts');
      await sendAct(name, options, () => ({ kind: 'reject', trial, reason: options.reason }));
    });
}
