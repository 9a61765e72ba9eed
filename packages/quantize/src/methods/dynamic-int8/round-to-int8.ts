import { allocateParts } from '../../pack/allocate-parts.ts';
import { matMulInteger } from '../../pack/matmul-integer.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { IntegerStorage } from '../../pack/storage.ts';
import { errorOf } from '../../round/error-sums.ts';
import { coverRanges } from '../../round/fit-span.ts';
import { fitTensor } from '../../round/fit-tensor.ts';
import { PanelRounder } from '../../round/panel-rounder.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { Panel, WeightSource } from '../../weights/weight-source.ts';

/** Every weight to its nearest code, symmetric, in the weight's own [K, N] order. */
export async function roundToInt8(
  weight: WeightSource,
  { storage }: { storage: IntegerStorage },
): Promise<PackedWeight> {
  const { k, n, bits } = storage;
  const grid = { bits, range: 'centered', scaleType: 'float32' } as const;
  const parts = allocateParts(matMulInteger.parts(storage));
  const packed = parts[0]!.data;
  const stored = new Float32Array(parts[1]!.data.buffer);
  const rounder = new PanelRounder({ weight, span: k, bits, storedBits: 8 });
  const shared =
    storage.scalePer === 'tensor' ? await fitTensor(weight, { ...grid, clip: 'none' }) : undefined;
  if (shared !== undefined) stored[0] = shared.scale;

  for await (const panel of weight.panels()) {
    const grids = rounder.load(panel);
    if (shared === undefined) {
      coverRanges(grids.ranges, grid, grids);
      stored.set(grids.scales, panel.first);
    } else {
      grids.scales.fill(shared.scale);
      grids.zeros.fill(shared.zero);
    }
    const codes = rounder.round();
    if (!Number.isFinite(rounder.sums[0])) refuseNonFinite(weight.name, k, panel);
    writeColumns({ codes, zero: 2 ** (bits - 1), k, n, panel, out: packed });
  }
  return { parts, error: errorOf(rounder.sums) };
}

/** Codes of a panel, [count, k], as signed bytes into columns of the [k, n] matrix. */
function writeColumns(options: {
  codes: Uint8Array;
  /** The code of weight 0. */
  zero: number;
  k: number;
  n: number;
  panel: Panel;
  out: Uint8Array;
}): void {
  const { codes, zero, k, n, panel, out } = options;
  for (let row = 0; row < k; row++) {
    for (let c = 0, from = row, to = row * n + panel.first; c < panel.count; c++, to++, from += k) {
      out[to] = codes[from]! - zero;
    }
  }
}
