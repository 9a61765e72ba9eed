import type { Places } from './standing.ts';

/** A size to mix precisions for, and why. */
export interface MixSize {
  bytes: number;
  why: string;
}

/** Below this share of a model two sizes are one. */
const RESOLUTION = 0.02;

/** Of a limit on bytes: what a packed weight takes beside itself is known in the mean only. */
const MARGIN = 0.997;

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(0)} %`;

/**
 * The sizes between what loses too much and what is good enough, where a mix of precisions may do what no uniform recipe
 * does: just below a limit on the size, which all that keeps enough exceeds; else at thirds of the way up to the smallest
 * trial that keeps enough. The next round finds these bounds nearer to each other.
 */
export function mixSizes({ baseline, passing, lossy, costly }: Places): MixSize[] {
  const whole = baseline?.metrics['model.bytes']?.value;
  const [faithful] = [...passing, ...costly].sort((a, b) => a.bytes - b.bytes);
  const top = faithful ?? (whole === undefined ? undefined : { bytes: whole, trial: baseline! });
  if (whole === undefined || top === undefined) return [];
  const below = lossy.filter(({ bytes }) => bytes < top.bytes).sort((a, b) => b.bytes - a.bytes);
  const [bottom] = below;
  if (bottom === undefined || top.bytes - bottom.bytes < RESOLUTION * whole) return [];
  const between = `between ${bottom.trial.label} (${percent(bottom.bytes, whole)} of the model), which loses too much, and ${top.trial.label} (${percent(top.bytes, whole)}), the smallest that may not`;
  const gate = sizeGate(costly);
  if (passing.length === 0 && gate !== undefined && gate > bottom.bytes && gate < top.bytes) {
    return [
      {
        bytes: Math.floor(gate * MARGIN),
        why: `No recipe for all weights alike is both faithful and small enough: the limit lies ${between}`,
      },
    ];
  }
  return [1 / 3, 2 / 3].map((part) => ({
    bytes: Math.floor(bottom.bytes + part * (top.bytes - bottom.bytes)),
    why: `There may be something ${between}`,
  }));
}

/** The bytes that a model may have at most, by the limits that the costly ones miss. */
function sizeGate(costly: Places['costly']): number | undefined {
  const gates = costly
    .flatMap(({ judgement }) => judgement.binding)
    .filter(
      ({ metric, direction, result }) =>
        metric === 'model.bytes' && direction === 'at-most' && result === 'fail',
    )
    .flatMap(({ gate }) => gate ?? []);
  return gates.length === 0 ? undefined : Math.min(...gates);
}
