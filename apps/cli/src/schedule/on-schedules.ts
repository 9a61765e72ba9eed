import type { Client, ScheduleHandle } from '@temporalio/client';
import type { OutputOptions, ServerOptions } from '../commands/common-options.ts';
import { printJson } from '../output/print-json.ts';
import { hasServer, openSession } from '../session.ts';
import { unknownSchedule, withSchedule } from './find-schedules.ts';

type Options = OutputOptions & ServerOptions;

/** Asks the server about its schedules, and shows the answer: `otherwise` where there is no server. */
export async function onSchedules<T>(
  options: Options,
  {
    otherwise,
    work,
    print,
  }: { otherwise: T; work: (client: Client) => Promise<T>; print: (answer: T) => void },
): Promise<void> {
  const answer = (await hasServer(options)) ? await inSession(options, work) : otherwise;
  if (options.json) printJson(answer);
  else print(answer);
}

/** Does something with the schedule of one campaign, and says what. */
export async function onSchedule<T>(
  campaign: string,
  options: Options,
  {
    work,
    print,
  }: {
    work: (client: Client, campaign: string, handle: ScheduleHandle) => Promise<T>;
    print: (answer: T & { campaign: string }) => void;
  },
): Promise<T> {
  if (!(await hasServer(options))) throw unknownSchedule(campaign, []);
  const answer = await inSession(options, (client) =>
    withSchedule(client, campaign, (handle) => work(client, campaign, handle)),
  );
  if (options.json) printJson(answer);
  else print({ ...answer, campaign });
  return answer;
}

/** Prints a sentence about the campaign. */
export const said =
  (sentence: string) =>
  ({ campaign }: { campaign: string }): void =>
    console.log(`${campaign}: ${sentence}`);

async function inSession<T>(options: Options, work: (client: Client) => Promise<T>): Promise<T> {
  const session = await openSession(options);
  try {
    return await work(session.client);
  } finally {
    await session.close();
  }
}
