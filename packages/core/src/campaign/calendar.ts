import { z } from 'zod';

const MONTHS = 'january february march april may june july august september october november december';
/** Sunday ends a week, too: `fri-sun`. */
const DAYS = 'sunday monday tuesday wednesday thursday friday saturday sunday';

/** The fields of a calendar, in the order in which cron writes them. `names` stand for `from` and what follows. */
export const CALENDAR_FIELDS = {
  minute: { from: 0, to: 59 },
  hour: { from: 0, to: 23 },
  dayOfMonth: { from: 1, to: 31 },
  month: { from: 1, to: 12, names: MONTHS.split(' ') },
  /** 7 is Sunday, too. */
  dayOfWeek: { from: 0, to: 7, names: DAYS.split(' ') },
} as const;
export type CalendarField = keyof typeof CALENDAR_FIELDS;

export interface CalendarRange {
  start: number;
  /** Inclusive. */
  end: number;
  step: number;
}

/** `*`, `2`, `1-5`, `mon-fri`, `8-18/2`, `*` with a step, and lists of these with commas. Throws what is wrong with it. */
export function readCalendarField(field: CalendarField, written: string): CalendarRange[] {
  return written.split(',').map((part) => readPart(field, part.trim()));
}

function readPart(field: CalendarField, part: string): CalendarRange {
  const { from, to } = CALENDAR_FIELDS[field];
  const match = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
  const [, all, first, last, step] = match ?? [];
  const single = all === undefined && last === undefined;
  if (match === null || (single && step !== undefined) || Number(step) === 0) {
    throw new RangeError(
      `"${part}" is not ${nameOf(field)}; write *, ${from}, ${from}-${to}, */2, ${from}-${to}/2 or several with commas`,
    );
  }
  const start = all === undefined ? valueOf(field, first!) : from;
  const end = all !== undefined ? to : last === undefined ? start : valueOf(field, last, { end: true });
  if (end < start) throw new RangeError(`"${part}" ends before it begins; write two ranges with a comma`);
  return { start, end, step: Number(step ?? 1) };
}

function valueOf(field: CalendarField, written: string, { end = false } = {}): number {
  const facts = CALENDAR_FIELDS[field];
  const { from, to } = facts;
  const names: readonly string[] = 'names' in facts ? facts.names : [];
  const fits = (name: string) => written.length >= 3 && name.startsWith(written.toLowerCase());
  const named = end ? names.findLastIndex(fits) : names.findIndex(fits);
  const value = named >= 0 ? from + named : /^\d+$/.test(written) ? Number(written) : NaN;
  if (value >= from && value <= to) return value;
  const also = names.length === 0 ? '' : `, or a name such as ${names[0]}`;
  throw new RangeError(`"${written}" is not ${nameOf(field)}: ${from} to ${to}${also}`);
}

const nameOf = (field: CalendarField) =>
  `a${field === 'hour' ? 'n' : ''} ${field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;

const written = (field: CalendarField, otherwise: string) =>
  z
    .union([z.int(), z.string()])
    .transform(String)
    .superRefine((text, context) => {
      try {
        readCalendarField(field, text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    })
    .default(otherwise);

/** Times of a clock: those that match all fields, each as cron writes it. Without any field midnight of every day. */
export const Calendar = z.strictObject({
  minute: written('minute', '0'),
  hour: written('hour', '0'),
  dayOfMonth: written('dayOfMonth', '*'),
  month: written('month', '*'),
  dayOfWeek: written('dayOfWeek', '*'),
});
export type Calendar = z.output<typeof Calendar>;
