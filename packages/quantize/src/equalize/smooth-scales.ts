import type { ChannelMagnitudes } from './equalizer.ts';

/** Below it a magnitude counts as this; SmoothQuant's own. */
const SMALLEST = 1e-5;

/**
 * SmoothQuant (arXiv 2211.10438, equation 4): max |x|^α / max |w|^(1 − α) moves the share α of what makes activations
 * hard to round into the weights.
 */
export function smoothScale({ inputMax, weightMax }: ChannelMagnitudes, alpha: number): Float64Array {
  return inputMax.map((x, i) => {
    const scale = Math.max(x, SMALLEST) ** alpha / Math.max(weightMax[i]!, SMALLEST) ** (1 - alpha);
    return Math.max(scale, SMALLEST);
  });
}
