import { z } from 'zod';
import { Calendar } from './calendar.ts';
import { Cron, readCron } from './cron.ts';
import { Quantity } from './quantity.ts';

const Duration = Quantity.refine(
  ({ value, dimension }) => dimension === 'duration' && value >= 0,
  'write a duration such as 10min or 12h',
);

const TimeZone = z.string().refine(isTimeZone, 'write the name of a time zone, such as Europe/Berlin or UTC');

/** An offset is no zone to Temporal. */
function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

const DATE = z.iso.date();
const INSTANT = z.iso.datetime({ offset: true });

/** What happens when a night is due and the one before it still runs. The names are Temporal's. */
export const Overlap = z.enum(['skip', 'buffer-one', 'buffer-all', 'cancel-other']);
export type Overlap = z.infer<typeof Overlap>;

/** Who is told of a night that changes something, or fails. */
export const Webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** Environment variable of the control workers that holds the secret that messages are signed with. */
  secret: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'write the name of an environment variable'),
});
export type Webhook = z.infer<typeof Webhook>;

/** When a campaign is run again and again: its nights. */
export const Schedule = z
  .strictObject({
    /** Five fields, or `@hourly`, `@daily`, `@weekly`, `@monthly`. */
    cron: Cron.optional(),
    calendar: z.union([Calendar, z.array(Calendar).min(1)]).optional(),
    /** Of the calendar. Where clocks go forward, times that do not exist are left out. */
    timeZone: TimeZone.default('UTC'),
    /** Each night begins later by up to this much, at random. */
    jitter: Duration.prefault('0s'),
    overlap: Overlap.default('skip'),
    /** A night missed while the server was down is made up for, if it is no more than this late. */
    catchUp: Duration.prefault('1h'),
    /** The last night: a date, that day included, or a time with its offset. @default none */
    until: z
      .string()
      .refine(
        (text) => DATE.safeParse(text).success || INSTANT.safeParse(text).success,
        'write a date such as 2027-06-30, or a time with its offset such as 2027-06-30T06:00:00+02:00',
      )
      .optional(),
    webhook: Webhook.optional(),
  })
  .refine(({ cron, calendar }) => (cron === undefined) !== (calendar === undefined), {
    message: 'a schedule has either cron or calendar',
  });
export type Schedule = z.output<typeof Schedule>;

/** The times of a schedule: those of any of these. */
export function calendarsOf({ cron, calendar }: Schedule): Calendar[] {
  return cron === undefined ? [calendar ?? []].flat() : [readCron(cron)];
}
