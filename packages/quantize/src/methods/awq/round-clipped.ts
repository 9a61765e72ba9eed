import { NBitsWriter } from '../../pack/nbits-writer.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { NBitsStorage } from '../../pack/storage.ts';
import type { LayerInputs } from '../../quantizer.ts';
import { clipByOutput } from '../../round/clip-by-output.ts';
import { errorOf } from '../../round/error-sums.ts';
import type { Grid } from '../../round/fit-span.ts';
import { PanelRounder } from '../../round/panel-rounder.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';

/** Every weight to its nearest code on grids that are clipped by the layer's output error, packed for MatMulNBits. */
export async function roundClipped(
  weight: WeightSource,
  inputs: LayerInputs,
  storage: NBitsStorage,
  grid: Omit<Grid, 'clip'>,
): Promise<PackedWeight> {
  const { k, bits, blockSize, scalePer } = storage;
  const { moments, arithmetic } = inputs;
  const writer = new NBitsWriter(storage);
  const size = scalePer === 'block' ? blockSize : k;
  const rounder = new PanelRounder({ weight, span: size, bits, stride: writer.stride });
  for await (const panel of weight.panels()) {
    const { data, count, first } = panel;
    if (!data.every(Number.isFinite)) refuseNonFinite(weight.name, k, panel, weight.first);
    const spans = await clipByOutput({ channels: data, count, k, size, grid, moments, arithmetic });
    const { scales, zeros } = rounder.load(panel);
    for (const [i, { scale, zero }] of spans.flat().entries()) {
      scales[i] = scale;
      zeros[i] = zero;
    }
    writer.write({ first, count, codes: rounder.round(), scales, zeros });
  }
  return { parts: writer.parts(), error: errorOf(rounder.sums) };
}
