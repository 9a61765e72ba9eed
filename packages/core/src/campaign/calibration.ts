import { z } from 'zod';
import { ArtifactRef } from '../board/artifact-ref.ts';
import { TextSource } from './evaluation.ts';

const choice = {
  /** At most so many texts; where there are fewer, all of them. */
  samples: z.int().positive().default(128),
  /** At most so many tokens of each text, with the special tokens that the tokenizer adds. */
  tokens: z.int().positive().default(512),
  /** 0: the first texts of the file. Any other: texts drawn from the whole file, kept in its order. */
  seed: z.int().nonnegative().default(0),
};

/** As written in a campaign file: the texts that calibrated methods run the model on. */
export const CalibrationSource = z.strictObject({ ...TextSource.shape, ...choice });
export type CalibrationSource = z.infer<typeof CalibrationSource>;

/** What a recipe takes otherwise of the campaign's texts. */
export const CalibrationChange = z.strictObject({
  samples: z.int().positive().exactOptional(),
  tokens: z.int().positive().exactOptional(),
  seed: z.int().nonnegative().exactOptional(),
});
export type CalibrationChange = z.infer<typeof CalibrationChange>;

const oneOrMany = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema).min(1)]);

/** The same as written in a recipe: every list is expanded as a grid. */
export const CalibrationChangeGrid = z.strictObject({
  samples: oneOrMany(z.int().positive()).optional(),
  tokens: oneOrMany(z.int().positive()).optional(),
  seed: oneOrMany(z.int().nonnegative()).optional(),
});
export type CalibrationChangeGrid = z.infer<typeof CalibrationChangeGrid>;

/** Resolved: the texts by reference. */
export const Calibration = z.strictObject({
  /** JSON lines with the field `text`. */
  text: ArtifactRef,
  ...choice,
});
export type Calibration = z.infer<typeof Calibration>;
