import { NBitsWriter } from '../../pack/nbits-writer.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { NBitsStorage } from '../../pack/storage.ts';
import { errorOf } from '../../round/error-sums.ts';
import { fitRange, type Grid } from '../../round/fit-span.ts';
import { fitTensor } from '../../round/fit-tensor.ts';
import { PanelRounder } from '../../round/panel-rounder.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';
import { fitHqq } from '../hqq/fit-hqq.ts';

/** Ways to find the grid of some weights. */
const FITS = { range: fitRange, hqq: fitHqq };

/** Every weight to its nearest code, packed for MatMulNBits. `asymmetric` goes with zero points, and only with them. */
export async function roundToNBits(
  weight: WeightSource,
  { storage, grid, fit = 'range' }: { storage: NBitsStorage; grid: Grid; fit?: keyof typeof FITS },
): Promise<PackedWeight> {
  const { k, bits, blockSize, scalePer } = storage;
  const writer = new NBitsWriter(storage);
  const span = scalePer === 'block' ? blockSize : k;
  const rounder = new PanelRounder({ weight, span, bits, stride: writer.stride });
  const shared = scalePer === 'tensor' ? await fitTensor(weight, grid) : undefined;

  for await (const panel of weight.panels()) {
    const { first, count, data } = panel;
    const { ranges, scales, zeros } = rounder.load(panel);
    for (let channel = 0, i = 0; channel < data.length; channel += k) {
      for (let start = 0; start < k; start += span, i++) {
        const end = Math.min(start + span, k);
        const range = { low: ranges[2 * i]!, high: ranges[2 * i + 1]! };
        const { scale, zero } = shared ?? FITS[fit](range, data, channel + start, channel + end, grid);
        scales[i] = scale;
        zeros[i] = zero;
      }
    }
    writer.write({ first, count, codes: rounder.round(), scales, zeros });
    if (!Number.isFinite(rounder.sums[0])) refuseNonFinite(weight.name, k, panel, weight.first);
  }
  return { parts: writer.parts(), error: errorOf(rounder.sums) };
}
