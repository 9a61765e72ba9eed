import type { CalendarSpec, ScheduleSpec } from '@temporalio/client';
import {
  CALENDAR_FIELDS,
  calendarsOf,
  readCalendarField,
  type Calendar,
  type CalendarField,
  type Schedule,
} from '@quantloop/core';

/** When a schedule is due, as Temporal has it. */
export function scheduleSpec(schedule: Schedule): ScheduleSpec {
  const { timeZone, jitter, until } = schedule;
  return {
    calendars: calendarsOf(schedule).map(calendarSpec),
    timezone: timeZone,
    jitter: jitter.value * 1000,
    ...(until !== undefined && { endAt: lastMoment(until, timeZone) }),
  };
}

function calendarSpec(calendar: Calendar): CalendarSpec {
  const numbers = (field: CalendarField) => readCalendarField(field, calendar[field]);
  // Ranges of names could not go over the end of a week.
  const names = (field: 'month' | 'dayOfWeek') => {
    const all: readonly string[] = CALENDAR_FIELDS[field].names.map((name) => name.toUpperCase());
    const chosen = numbers(field).flatMap(({ start, end, step }) =>
      Array.from(
        { length: Math.floor((end - start) / step) + 1 },
        (_, i) => all[(start + i * step - CALENDAR_FIELDS[field].from) % all.length]!,
      ),
    );
    return [...new Set(chosen)];
  };
  return {
    minute: numbers('minute'),
    hour: numbers('hour'),
    dayOfMonth: numbers('dayOfMonth'),
    month: names('month'),
    dayOfWeek: names('dayOfWeek'),
  } as CalendarSpec;
}

/** A date names its whole day, where the calendar is. */
function lastMoment(until: string, timeZone: string): Date {
  if (until.includes('T')) return new Date(until);
  const midnight = new Date(`${until}T23:59:59Z`);
  // How far the zone's clock is ahead then.
  const there = new Date(`${midnight.toLocaleString('sv-SE', { timeZone }).replace(' ', 'T')}Z`);
  return new Date(midnight.getTime() - (there.getTime() - midnight.getTime()));
}
