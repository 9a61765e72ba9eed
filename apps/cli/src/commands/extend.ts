import { InvalidArgumentError, type Command } from 'commander';
import { Quantity } from '@quantloop/core';
import { actOptions, positiveInteger, type ActOptions } from './common-options.ts';

interface ExtendOptions extends ActOptions {
  trials?: number;
  rounds?: number;
  wallClock?: number;
  deviceHours?: number;
}

export function define(command: Command): void {
  actOptions(command)
    .summary('give a running campaign more trials, rounds or time')
    .option('--trials <n>', 'so many more', positiveInteger)
    .option('--rounds <n>', 'so many more', positiveInteger)
    .option('--wall-clock <duration>', 'so much longer, e.g. 2h or 30min', seconds)
    .option('--device-hours <n>', 'so many hours more of measuring', positive)
    .action(async (name: string, options: ExtendOptions) => {
      const { sendAct } = await import('../acts/send-act.ts');
      const { trials, rounds, wallClock, deviceHours } = options;
      await sendAct(name, options, () => ({
        kind: 'extend-budget',
        ...(trials !== undefined && { trials }),
        ...(rounds !== undefined && { rounds }),
        ...(wallClock !== undefined && { wallClock }),
        ...(deviceHours !== undefined && { device: deviceHours * 3600 }),
      }));
    });
}

function seconds(text: string): number {
  const { data } = Quantity.safeParse(text);
  if (data?.dimension === 'duration' && data.value > 0) return data.value;
  throw new InvalidArgumentError('It must be a duration with its unit, such as 2h or 30min.');
}

function positive(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a positive number.');
}
