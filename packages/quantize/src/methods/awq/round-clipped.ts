import { NBitsWriter } from '../../pack/nbits-writer.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { NBitsStorage } from '../../pack/storage.ts';
import type { LayerInputs } from '../../quantizer.ts';
import { clipByOutput } from '../../round/clip-by-output.ts';
import type { Grid } from '../../round/fit-span.ts';
import { errorOf, errorSums, roundSpan } from '../../round/round-span.ts';
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
  const sink = { bits, codes: writer.codes, sums: errorSums() };
  const size = scalePer === 'block' ? blockSize : k;
  for await (const panel of weight.panels()) {
    const { data, count, first } = panel;
    if (!data.every(Number.isFinite)) refuseNonFinite(weight.name, k, panel, weight.first);
    const spans = await clipByOutput({ channels: data, count, k, size, grid, moments, arithmetic });
    for (let c = 0; c < count; c++) {
      for (const [g, span] of spans[c]!.entries()) {
        const [start, end] = [g * size, Math.min((g + 1) * size, k)];
        roundSpan(data, c * k + start, c * k + end, span, sink, start);
        writer.span(first + c, start, end, span);
      }
      writer.finish(first + c);
    }
  }
  return { parts: writer.parts(), error: errorOf(sink.sums) };
}
