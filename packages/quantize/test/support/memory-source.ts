import type { WeightSource } from '@quantloop/quantize';

/** A weight in memory, [k, n] row-major, given out one panel of at most `size` channels at a time. */
export function memorySource(weight: Float32Array, k: number, n: number, size = 3): WeightSource {
  return {
    name: 'w',
    k,
    n,
    async *panels(multiple = 1) {
      const step = Math.ceil(size / multiple) * multiple;
      for (let first = 0; first < n; first += step) {
        const count = Math.min(step, n - first);
        const data = Float32Array.from({ length: count * k }, (_, i) => {
          return weight[(i % k) * n + first + Math.floor(i / k)]!;
        });
        yield { first, count, data };
      }
    },
  };
}
