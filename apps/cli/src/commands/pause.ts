import type { Command } from 'commander';
import { actOptions, type ActOptions } from './common-options.ts';

export function define(command: Command): void {
  actOptions(command)
    .summary('hold a running campaign until it is resumed')
    .description(
      'Holds a running campaign until it is resumed: what is being measured is measured to its end, nothing further begins, and the budget of time stands still.',
    )
    .action(async (name: string, options: ActOptions) => {
      const { sendAct } = await import('../acts/send-act.ts');
      await sendAct(name, options, () => ({ kind: 'pause' }));
    });
}
