import { exactBytes, type Metrics } from '@quantloop/core';
import type { MemorySamples } from '../performance-samples.ts';
import { graphMemory } from './graph-memory.ts';

/**
 * Memory at the peak, and what of it the graph explains. `candidate` and `baseline` are model folders; a folder without
 * an ONNX model, served by something else, has no graph.
 */
export async function memoryMetrics(options: {
  /** Undefined where the model runs in a process that was not started here. */
  memory: MemorySamples | undefined;
  candidate: string;
  baseline: string | undefined;
}): Promise<Metrics> {
  const { memory, candidate, baseline } = options;
  const ours = await graphMemory(candidate);
  const theirs = baseline === undefined ? undefined : await graphMemory(baseline);
  const gpu = memory?.gpu;
  return {
    ...(memory !== undefined && {
      'memory.peak': exactBytes(memory.peak, { convention: 'peak-resident-set' }),
    }),
    ...(ours !== undefined && {
      'memory.weights': exactBytes(ours.weights, {
        convention: 'bytes-of-initializers',
        baseline: theirs?.weights,
      }),
      'memory.kv_cache_per_token': exactBytes(ours.cachePerToken, {
        convention: 'bytes-of-cache',
        baseline: theirs?.cachePerToken,
      }),
    }),
    ...(gpu !== undefined && {
      'memory.gpu_peak': exactBytes(gpu.peak, { convention: `nvidia-smi-${gpu.scope}` }),
      'gpu.utilisation': {
        value: gpu.utilisation,
        low: gpu.utilisation,
        high: gpu.utilisation,
        unit: '',
        n: gpu.samples,
        higherIsBetter: true,
        convention: 'nvidia-smi',
      },
    }),
  };
}
