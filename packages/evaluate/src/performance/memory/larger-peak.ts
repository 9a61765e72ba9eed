import type { MemorySamples } from '../performance-samples.ts';

/** Of two looks at a model the one that saw more memory in use: a peak is the most there ever was. */
export function largerPeak(memory: MemorySamples, earlier: MemorySamples | undefined): MemorySamples {
  if (earlier === undefined) return memory;
  const [least, most] = memory.peak < earlier.peak ? [memory, earlier] : [earlier, memory];
  const gpu = (most.gpu?.peak ?? 0) < (least.gpu?.peak ?? 0) ? least.gpu : most.gpu;
  return { before: most.before, peak: most.peak, ...(gpu !== undefined && { gpu }) };
}
