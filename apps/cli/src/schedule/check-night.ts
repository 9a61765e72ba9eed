import type { Client, ScheduleHandle } from '@temporalio/client';
import type { NightEvent, NightWorkflowResult } from '@quantloop/core';
import colors from 'picocolors';
import { CliError, EXIT } from '../cli-error.ts';
import { exitCodeOfOutcome } from '../run/follow-campaign.ts';
import { describeSchedule, type Night } from './describe-schedule.ts';

export interface CheckedNight {
  campaign: string;
  night: Night;
}

/** The newest night that has ended. */
export async function checkNight(
  client: Client,
  campaign: string,
  handle: ScheduleHandle,
): Promise<CheckedNight> {
  const { nights } = await describeSchedule(client, campaign, handle);
  const night = nights.find(({ status }) => status !== 'running');
  if (night !== undefined) return { campaign, night };
  throw new CliError({
    message: `No night of "${campaign}" has ended yet`,
    hint: `\`quantloop schedule describe ${campaign}\` says when the next begins.`,
    exitCode: EXIT.invalid,
  });
}

const MARKS: Record<NightEvent['kind'], string> = {
  regression: colors.red('regression'),
  better: colors.green('better'),
  failed: colors.red('failed'),
};

export function printNight({ campaign, night: { due, status, result, failure } }: CheckedNight): void {
  console.log(`${campaign}, night of ${due}: ${result?.outcome ?? status}`);
  if (failure !== undefined) console.log(failure);
  if (result === undefined) return;
  const { before, events, unannounced, folder } = result;
  if (before === null) console.log('There is no decision before it that selected something.');
  else if (events.length === 0) console.log(`Nothing changed since ${before}.`);
  for (const { kind, place, because } of events) {
    const where = place === null ? '' : ` ${place.model} on ${place.target}, ${place.scenario}:`;
    console.log(`${MARKS[kind]}${where} ${because}`);
  }
  if (unannounced !== undefined) console.log(colors.yellow(`Nobody was told: ${unannounced}`));
  console.log(`Files: ${folder}/night.md, night.junit.xml, report.html`);
}

/** What CI goes by. */
export function exitCodeOfNight({ night: { result } }: CheckedNight): number {
  if (result === undefined) return EXIT.failure;
  return isRegression(result) ? EXIT.regression : exitCodeOfOutcome(result.outcome);
}

const isRegression = ({ events }: NightWorkflowResult) => events.some(({ kind }) => kind === 'regression');
