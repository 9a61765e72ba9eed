import type { Command } from 'commander';
import { actOptions, type ActOptions } from './common-options.ts';

export function define(command: Command): void {
  actOptions(command)
    .summary('let a campaign that waits for people end as it stands')
    .description(
      'Lets a campaign that waits for people end as it stands: with what it proposes, or without a winner where nothing is acceptable.',
    )
    .action(async (name: string, options: ActOptions) => {
      const { sendAct } = await import('../acts/send-act.ts');
      await sendAct(name, options, () => ({ kind: 'approve' }));
    });
}
