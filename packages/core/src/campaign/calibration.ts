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

/** Resolved: the texts by reference. */
export const Calibration = z.strictObject({
  /** JSON lines with the field `text`. */
  text: ArtifactRef,
  ...choice,
});
export type Calibration = z.infer<typeof Calibration>;
