import type { WeightRecipe } from '@quantloop/core';
import type { NBitsStorage } from '../../pack/storage.ts';
import { activationScales } from '../../equalize/activation-scales.ts';
import type { Equalizer } from '../../equalize/equalizer.ts';
import { fitSpan, type Grid } from '../../round/fit-span.ts';
import { rowOf } from '../../round/range-of.ts';
import { readBack } from '../../round/read-back.ts';

/** AWQ's search: scales by the magnitude of the activations, judged by rounding to nearest on the recipe's grid. */
export function activationAware(
  { bits, granularity }: WeightRecipe,
  { k, blockSize, scalePer }: NBitsStorage,
  grid: Grid,
): Equalizer {
  const size = scalePer === 'block' ? blockSize : k;
  const plain: Grid = { ...grid, clip: 'none' };
  return {
    name: `awq ${bits} ${JSON.stringify(granularity)} ${grid.range}`,
    group: size,
    candidates: activationScales,
    round(channels, count) {
      const row = rowOf(channels);
      for (let c = 0; c < count; c++) {
        for (let start = c * k; start < (c + 1) * k; start += size) {
          const end = Math.min(start + size, (c + 1) * k);
          readBack(channels, start, end, fitSpan(row, start, end, plain), bits, channels, start);
        }
      }
    },
  };
}
