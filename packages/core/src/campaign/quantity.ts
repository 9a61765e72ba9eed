import { z } from 'zod';

const Dimension = z.enum(['size', 'duration']);

const SIZES = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const DURATIONS = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };
const UNITS: Record<string, number> = { '%': 0.01, ...SIZES, ...DURATIONS };

const PATTERN = /^([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([A-Za-z%]*)$/;

const Parsed = z.strictObject({
  value: z.number(),
  /** Written in per cent. */
  relative: z.boolean(),
  /** Of the unit written; none for a plain number. */
  dimension: Dimension.optional(),
});

/** A number, or a number with a unit: `3%`, `40 MiB`, `12 ms`, `6h`. Sizes come out in bytes, durations in seconds. */
export const Quantity = z
  .union([z.number(), z.string(), Parsed])
  .transform((input, context): z.output<typeof Parsed> => {
    // A resolved campaign is parsed again by the workflow.
    if (typeof input === 'object') return input;
    if (typeof input === 'number') return { value: input, relative: false };
    const match = PATTERN.exec(input.trim());
    const unit = match?.[2] ?? '';
    const factor = unit === '' ? 1 : UNITS[unit];
    if (match === null || factor === undefined) {
      context.addIssue({
        code: 'custom',
        message: `"${input}" is not a quantity; write a number with an optional unit out of ${Object.keys(UNITS).join(', ')}`,
      });
      return z.NEVER;
    }
    const dimension: z.infer<typeof Dimension> | undefined =
      unit in SIZES ? 'size' : unit in DURATIONS ? 'duration' : undefined;
    return {
      value: Number(match[1]) * factor,
      relative: unit === '%',
      ...(dimension !== undefined && { dimension }),
    };
  })
  // Says what comes out, for JSON Schema too.
  .pipe(Parsed);
export type Quantity = z.output<typeof Quantity>;

/** A quantity as it can be written: the unit that makes the shortest text, and the value to the last digit. */
export function quantityText({ value, relative, dimension }: Quantity): string {
  if (relative) return `${exactly(value, 0.01)}%`;
  if (dimension === undefined) return String(value);
  const texts = Object.entries(dimension === 'size' ? SIZES : DURATIONS).flatMap(([unit, factor]) => {
    const number = exactly(value, factor);
    return Number(number) * factor === value ? [`${number} ${unit}`] : [];
  });
  return texts.reduce((best, text) => (text.length < best.length ? text : best));
}

/** `value / factor`, rounded where only a last digit of binary arithmetic would be lost. */
function exactly(value: number, factor: number): string {
  const short = Number((value / factor).toPrecision(15));
  return String(short * factor === value ? short : value / factor);
}
