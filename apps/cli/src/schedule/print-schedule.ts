import colors from 'picocolors';
import { quantityText, type Quantity } from '@quantloop/core';
import { textTable } from '../output/text-table.ts';
import type { DescribedSchedule } from './describe-schedule.ts';
import type { ListedSchedule } from './find-schedules.ts';

/** For people: a line for each. */
export function printSchedules(schedules: readonly ListedSchedule[]): void {
  if (schedules.length === 0) {
    console.log('No campaign has a schedule here. `quantloop schedule apply FILE` makes one.');
    return;
  }
  const rows = schedules.map(({ campaign, paused, next }) => [
    campaign,
    paused ? 'paused' : 'active',
    next[0] ?? 'never',
  ]);
  console.log(textTable([['campaign', 'state', 'next night'], ...rows]));
}

export function printSchedule(schedule: DescribedSchedule): void {
  const { campaign, paused, note, out, next, nights, begun, skipped, missed } = schedule;
  console.log(
    `${colors.bold(campaign)}: ${paused ? `paused${note === undefined ? '' : ` (${note})`}` : 'active'}`,
  );
  const written = Object.entries(schedule.schedule as object).map(([key, value]) => [
    `  ${key}`,
    inWords(value),
  ]);
  console.log(textTable([...written, ['  runs in', `${out}/${campaign}/`]]));
  console.log(`next: ${next.slice(0, 3).join(', ') || 'never'}`);
  console.log(`nights: ${begun} begun, ${skipped} skipped, ${missed} missed`);
  const rows = nights.map(({ due, status, result, failure }) => [
    `  ${due}`,
    result?.outcome ?? status,
    [...new Set(result?.events.map(({ kind }) => kind))].join(', '),
    result?.folder ?? failure ?? '',
  ]);
  if (rows.length > 0) console.log(textTable(rows));
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'dimension' in value)
    return quantityText(value as Quantity);
  return JSON.stringify(value);
}
