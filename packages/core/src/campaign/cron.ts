import { z } from 'zod';
import { type Calendar, CALENDAR_FIELDS, type CalendarField, readCalendarField } from './calendar.ts';

const SHORTHANDS: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

/** What a cron line says, as a calendar. Throws what is wrong with it. */
export function readCron(line: string): Calendar {
  const names = Object.keys(CALENDAR_FIELDS) as CalendarField[];
  const fields = (SHORTHANDS[line.trim()] ?? line).trim().split(/\s+/);
  if (fields.length !== names.length) {
    throw new RangeError(
      `"${line}" is not a cron line; write minute, hour, day of month, month and day of week, or one of ` +
        `${Object.keys(SHORTHANDS).join(', ')}`,
    );
  }
  const calendar = Object.fromEntries(names.map((name, i) => [name, fields[i]])) as Calendar;
  for (const name of names) readCalendarField(name, calendar[name]);
  // Of two such days cron takes either, a calendar those that are both.
  if (!calendar.dayOfMonth.startsWith('*') && !calendar.dayOfWeek.startsWith('*')) {
    throw new RangeError(
      `"${line}" names days of the month and of the week; write it as calendar, which takes days that are both, ` +
        'or as a list of two calendars',
    );
  }
  return calendar;
}

export const Cron = z.string().superRefine((line, context) => {
  try {
    readCron(line);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});
