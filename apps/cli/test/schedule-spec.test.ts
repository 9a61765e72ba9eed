import { Schedule } from '@quantloop/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scheduleSpec } from '../src/schedule/schedule-spec.ts';

it('the last day lasts until midnight where the calendar is', () => {
  const days = fc
    .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  const zones = fc.constantFrom(
    ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati'],
  );
  fc.assert(
    fc.property(days, zones, (until, timeZone) => {
      const { endAt } = scheduleSpec(Schedule.parse({ cron: '@daily', timeZone, until }));
      expect(endAt!.toLocaleString('sv-SE', { timeZone })).toBe(`${until} 23:59:59`);
    }),
  );
});

it.each([
  ['fri-sun', ['FRIDAY', 'SATURDAY', 'SUNDAY']],
  ['0,7', ['SUNDAY']],
  ['*/2', ['SUNDAY', 'TUESDAY', 'THURSDAY', 'SATURDAY']],
])('days of a week: %s', (dayOfWeek, expected) => {
  const { calendars } = scheduleSpec(Schedule.parse({ calendar: { dayOfWeek } }));
  expect(calendars![0]!.dayOfWeek).toEqual(expected);
});
