import type { CalibrationSet } from '../calibrate/read-calibration.ts';
import type { QuantizationManifest } from './manifest.ts';

/** How much calibration text was used, with a note where it was less than asked for. */
export function usedCalibration(set: CalibrationSet): NonNullable<QuantizationManifest['calibration']> {
  const { sequences, asked } = set;
  const notes: string[] = [];
  if (asked !== undefined) {
    const short = sequences.filter(({ length }) => length < asked.tokens).length;
    if (sequences.length < asked.samples) notes.push(`${sequences.length} of ${asked.samples} samples`);
    if (short > 0)
      notes.push(`${short} of ${sequences.length} samples are shorter than ${asked.tokens} tokens`);
  }
  return {
    sequences: sequences.length,
    tokens: sequences.reduce((sum, { length }) => sum + length, 0),
    ...(asked !== undefined && { asked }),
    notes,
  };
}
