import { z } from 'zod';
import { Confidence, hasOneLimit, limits, ONE_LIMIT } from './requirement.ts';

const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((value) => [value]), z.array(item).min(1)]);

/** Ready requirements by name; what they stand for is in `plan/requirements/presets.ts`. */
export const PRESET_NAMES = ['mlperf-99', 'mlperf-99.9', 'lossless', 'chat', 'rag', 'completion'] as const;
export const PresetName = z.enum(PRESET_NAMES);
export type PresetName = z.infer<typeof PresetName>;

/** Where, when and how surely a requirement, or all those in it, must hold; the innermost word counts. */
const conditions = {
  targets: oneOrMore(z.string()).optional(),
  scenarios: oneOrMore(z.string()).optional(),
  confidence: Confidence.optional(),
};

/** A limit on one metric, or on the first metric of each of some tasks. */
const WrittenLimit = z
  .strictObject({
    metric: z.string().optional(),
    /** `every`, a category such as `mathematics`, a group such as `mmlu`, or tasks by name. */
    tasks: oneOrMore(z.string()).optional(),
    ...limits,
    ...conditions,
  })
  .refine(hasOneLimit, { message: ONE_LIMIT })
  .refine(({ metric, tasks }) => (metric === undefined) !== (tasks === undefined), {
    message: 'a requirement names either a metric or tasks',
  });
export type WrittenLimit = z.output<typeof WrittenLimit>;

type Conditions = z.output<z.ZodObject<typeof conditions>>;

/** A requirement as people write it. */
export type WrittenRequirement =
  | WrittenLimit
  | (Conditions & { all: WrittenRequirement[] })
  | (Conditions & { any: WrittenRequirement[] })
  | (Conditions & { not: WrittenRequirement })
  | (Conditions & { preset: PresetName });

export const WrittenRequirement: z.ZodType<WrittenRequirement, unknown> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(WrittenRequirement).min(1), ...conditions }),
    z.strictObject({ any: z.array(WrittenRequirement).min(1), ...conditions }),
    z.strictObject({ not: WrittenRequirement, ...conditions }),
    z.strictObject({ preset: PresetName, ...conditions }),
    WrittenLimit,
  ]),
);

/** Keys of a requirement in a file. */
export const REQUIREMENT_KEYS: readonly string[] = [
  'all',
  'any',
  'not',
  'preset',
  ...Object.keys(WrittenLimit.shape),
];
