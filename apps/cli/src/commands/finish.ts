import type { Command } from 'commander';
import { actOptions, type ActOptions } from './common-options.ts';

export function define(command: Command): void {
  actOptions(command)
    .summary('let a running campaign decide by what it has measured')
    .description(
      'Lets a running campaign decide by what it has measured: what is being measured is measured to its end, nothing further begins. `cancel` ends it without a decision.',
    )
    .action(async (name: string, options: ActOptions) => {
      const { sendAct } = await import('../acts/send-act.ts');
      await sendAct(name, options, () => ({ kind: 'finish' }));
    });
}
