import { NBitsWriter } from '../../pack/nbits-writer.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { NBitsStorage } from '../../pack/storage.ts';
import { fitSpan, type Grid } from '../../round/fit-span.ts';
import { fitTensor } from '../../round/fit-tensor.ts';
import { rowOf } from '../../round/range-of.ts';
import { errorOf, errorSums, roundSpan } from '../../round/round-span.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';
import { fitHqq } from '../hqq/fit-hqq.ts';

/** Ways to find the grid of some weights. */
const FITS = { range: fitSpan, hqq: fitHqq };

/** Every weight to its nearest code, packed for MatMulNBits. `asymmetric` goes with zero points, and only with them. */
export async function roundToNBits(
  weight: WeightSource,
  { storage, grid, fit = 'range' }: { storage: NBitsStorage; grid: Grid; fit?: keyof typeof FITS },
): Promise<PackedWeight> {
  const { k, bits, blockSize, scalePer } = storage;
  const writer = new NBitsWriter(storage);
  const sink = { bits, codes: writer.codes, sums: errorSums() };
  const spanSize = scalePer === 'block' ? blockSize : k;
  const shared = scalePer === 'tensor' ? await fitTensor(weight, grid) : undefined;

  for await (const panel of weight.panels()) {
    const row = rowOf(panel.data);
    for (let c = 0; c < panel.count; c++) {
      const channel = panel.first + c;
      const offset = c * k;
      for (let start = 0; start < k; start += spanSize) {
        const end = Math.min(start + spanSize, k);
        const span = shared ?? FITS[fit](row, offset + start, offset + end, grid);
        roundSpan(panel.data, offset + start, offset + end, span, sink, start);
        writer.span(channel, start, end, span);
      }
      writer.finish(channel);
    }
    if (!Number.isFinite(sink.sums[0])) refuseNonFinite(weight.name, k, panel, weight.first);
  }
  return { parts: writer.parts(), error: errorOf(sink.sums) };
}
