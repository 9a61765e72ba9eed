import { allocateParts } from '../../pack/allocate-parts.ts';
import { matMulInteger } from '../../pack/matmul-integer.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { IntegerStorage } from '../../pack/storage.ts';
import { fitSpan, type Grid } from '../../round/fit-span.ts';
import { fitTensor } from '../../round/fit-tensor.ts';
import { rowOf } from '../../round/range-of.ts';
import { errorOf, errorSums, roundSpan } from '../../round/round-span.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { Panel, WeightSource } from '../../weights/weight-source.ts';

/** Every weight to its nearest code, symmetric, in the weight's own [K, N] order. */
export async function roundToInt8(
  weight: WeightSource,
  { storage }: { storage: IntegerStorage },
): Promise<PackedWeight> {
  const { k, n, bits } = storage;
  const grid: Grid = { bits, range: 'centered', clip: 'none', scaleType: 'float32' };
  const parts = allocateParts(matMulInteger.parts(storage));
  const packed = parts[0]!.data;
  const scales = new Float32Array(parts[1]!.data.buffer);
  const sink = { bits, codes: new Uint8Array(0), sums: errorSums() };
  const shared = storage.scalePer === 'tensor' ? await fitTensor(weight, grid) : undefined;
  if (shared !== undefined) scales[0] = shared.scale;

  for await (const panel of weight.panels()) {
    const row = rowOf(panel.data);
    if (sink.codes.length < panel.data.length) sink.codes = new Uint8Array(panel.data.length);
    for (let c = 0; c < panel.count; c++) {
      const [start, end] = [c * k, (c + 1) * k];
      const span = shared ?? fitSpan(row, start, end, grid);
      if (shared === undefined) scales[panel.first + c] = span.scale;
      roundSpan(panel.data, start, end, span, sink, start);
    }
    if (!Number.isFinite(sink.sums[0])) refuseNonFinite(weight.name, k, panel);
    writeColumns({ codes: sink.codes, zero: 2 ** (bits - 1), k, n, panel, out: packed });
  }
  return { parts, error: errorOf(sink.sums) };
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
