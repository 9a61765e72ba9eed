import type { Command } from 'commander';
import { outputOptions, serverOptions, type OutputOptions, type ServerOptions } from './common-options.ts';

type Options = OutputOptions & ServerOptions;

export function define(command: Command, exitWith: (exitCode: number) => void): void {
  command.summary('have a campaign run again and again').helpCommand(false);
  const sub = (name: string, summary: string) =>
    outputOptions(serverOptions(command.command(name).summary(summary).description(summary)));
  const named = (name: string, summary: string) =>
    sub(name, summary).argument('<campaign>', 'name of the campaign');

  sub('apply', 'create the schedule of a campaign file, or make the one that there is as it says')
    .argument('<file>', 'campaign file with a block `schedule`')
    .option('--out <folder>', 'folder for <campaign>/<run>/', 'quantloop-out')
    .action(async (file: string, options: Options & { out: string }) => {
      const { scheduleCampaign } = await import('../schedule/schedule-campaign.ts');
      await scheduleCampaign(file, options);
    });

  sub('list', 'list the schedules').action(async (options: Options) => {
    const { onSchedules } = await import('../schedule/on-schedules.ts');
    const { listSchedules } = await import('../schedule/find-schedules.ts');
    const { printSchedules } = await import('../schedule/print-schedule.ts');
    await onSchedules(options, { otherwise: [], work: listSchedules, print: printSchedules });
  });

  named('describe', 'show a schedule, its next times and what came of the last').action(
    async (name: string, options: Options) => {
      const { onSchedule } = await import('../schedule/on-schedules.ts');
      const { describeSchedule } = await import('../schedule/describe-schedule.ts');
      const { printSchedule } = await import('../schedule/print-schedule.ts');
      await onSchedule(name, options, { work: describeSchedule, print: printSchedule });
    },
  );

  named('check', 'say what the last night changed; exit code 4 on a regression').action(
    async (name: string, options: Options) => {
      const { onSchedule } = await import('../schedule/on-schedules.ts');
      const { checkNight, exitCodeOfNight, printNight } = await import('../schedule/check-night.ts');
      exitWith(exitCodeOfNight(await onSchedule(name, options, { work: checkNight, print: printNight })));
    },
  );

  named('trigger', 'run it now, besides its times').action(async (name: string, options: Options) => {
    const { onSchedule, said } = await import('../schedule/on-schedules.ts');
    await onSchedule(name, options, {
      work: async (_client, campaign, handle) => {
        // The default would let it run beside another night.
        await handle.trigger((await handle.describe()).policies.overlap);
        return { campaign, triggered: true };
      },
      print: said(`a night begins. \`quantloop resume ${name}\` follows it.`),
    });
  });

  named('pause', 'begin no further night until it is resumed')
    .option('--note <text>', 'why')
    .action(async (name: string, options: Options & { note?: string }) => {
      const { onSchedule, said } = await import('../schedule/on-schedules.ts');
      await onSchedule(name, options, {
        work: async (_client, campaign, handle) => {
          await handle.pause(options.note ?? 'paused by hand');
          return { campaign, paused: true };
        },
        print: said('paused. A night that runs goes on.'),
      });
    });

  named('resume', 'begin nights again').action(async (name: string, options: Options) => {
    const { onSchedule, said } = await import('../schedule/on-schedules.ts');
    await onSchedule(name, options, {
      work: async (_client, campaign, handle) => {
        await handle.unpause();
        return { campaign, paused: false };
      },
      print: said('active.'),
    });
  });

  named('delete', 'forget the schedule; runs and what they stored stay').action(
    async (name: string, options: Options) => {
      const { onSchedule, said } = await import('../schedule/on-schedules.ts');
      await onSchedule(name, options, {
        work: async (_client, campaign, handle) => {
          await handle.delete();
          return { campaign, deleted: true };
        },
        print: said('its schedule is deleted. Its runs stay.'),
      });
    },
  );
}
