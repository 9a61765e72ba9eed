import { NBitsWriter } from '../../pack/nbits-writer.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { NBitsStorage } from '../../pack/storage.ts';
import { errorOf } from '../../round/error-sums.ts';
import { coverRanges, type Grid } from '../../round/fit-span.ts';
import { fitTensor } from '../../round/fit-tensor.ts';
import { PanelRounder, type PanelGrids } from '../../round/panel-rounder.ts';
import { shrinkSpan } from '../../round/shrink-span.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';
import { fitHqq } from '../hqq/fit-hqq.ts';

/** Ways to find a grid that is better than the one that just covers its weights. */
const REFINEMENTS = { none: undefined, mse: shrinkSpan, hqq: fitHqq };

export interface NBitsRounding {
  storage: NBitsStorage;
  /** `asymmetric` goes with zero points, and only with them. */
  grid: Grid;
  /** @default the grid's `clip` */
  refine?: keyof typeof REFINEMENTS;
}

/** Every weight to its nearest code, packed for MatMulNBits. */
export async function roundToNBits(
  weight: WeightSource,
  { storage, grid, refine = grid.clip }: NBitsRounding,
): Promise<PackedWeight> {
  const { k, bits, blockSize, scalePer } = storage;
  const writer = new NBitsWriter(storage);
  const span = scalePer === 'block' ? blockSize : k;
  const rounder = new PanelRounder({ weight, span, bits, stride: writer.stride });
  const shared = scalePer === 'tensor' ? await fitTensor(weight, grid) : undefined;

  for await (const panel of weight.panels()) {
    const { first, count, data } = panel;
    const grids = rounder.load(panel);
    const { ranges, scales, zeros } = grids;
    if (shared === undefined) {
      coverRanges(ranges, grid, grids);
      refineGrids({ data, k, span, grid, refine, grids });
    } else {
      scales.fill(shared.scale);
      zeros.fill(shared.zero);
    }
    writer.write({ first, count, codes: rounder.round(), scales, zeros });
    if (!Number.isFinite(rounder.sums[0])) refuseNonFinite(weight.name, k, panel, weight.first);
  }
  return { parts: writer.parts(), error: errorOf(rounder.sums) };
}

function refineGrids(options: {
  data: Float32Array;
  k: number;
  span: number;
  grid: Grid;
  refine: keyof typeof REFINEMENTS;
  grids: PanelGrids;
}): void {
  const { data, k, span, grid, grids } = options;
  const { scales, zeros } = grids;
  const refine = REFINEMENTS[options.refine];
  if (refine === undefined) return;
  for (let channel = 0, i = 0; channel < data.length; channel += k) {
    for (let start = 0; start < k; start += span, i++) {
      const end = channel + Math.min(start + span, k);
      const covering = { scale: scales[i]!, zero: zeros[i]! };
      const { scale, zero } = refine(data, channel + start, end, covering, grid);
      scales[i] = scale;
      zeros[i] = zero;
    }
  }
}
