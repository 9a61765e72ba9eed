import type { MemorySamples } from '../performance-samples.ts';
import { GpuWatch, type GpuSamples } from './gpu-memory.ts';
import { PeakMemory, peakResidentBytes } from './peak-memory.ts';

/** What loading a model and serving its heaviest loads takes, if nothing else is done in the meantime. */
export async function measureMemory(work: () => Promise<void>): Promise<MemorySamples> {
  const before = await peakResidentBytes();
  const gpuWatch = await GpuWatch.start();
  const peakMemory = new PeakMemory({ helpers: gpuWatch?.helpers ?? [] });
  let peak: number;
  let gpu: GpuSamples | undefined;
  try {
    await work();
  } finally {
    peak = await peakMemory.stop();
    gpu = await gpuWatch?.stop();
  }
  return { before, peak, ...(gpu !== undefined && { gpu }) };
}
