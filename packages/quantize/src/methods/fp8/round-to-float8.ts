import { FLOAT8_MAX, FLOAT8_VALUES, float8Code } from '@quantloop/onnx';
import { allocateParts } from '../../pack/allocate-parts.ts';
import { float8Blocks, matMulFloat8 } from '../../pack/matmul-float8.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { Float8Storage } from '../../pack/storage.ts';
import { rangeOf, rowOf, type Row } from '../../round/range-of.ts';
import { addError, errorOf, errorSums } from '../../round/error-sums.ts';
import { storedScale } from '../../round/stored-scale.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';

/** Every weight to the nearest 8-bit number times its scale: the largest magnitude over the largest such number. */
export async function roundToFloat8(
  weight: WeightSource,
  { storage }: { storage: Float8Storage },
): Promise<PackedWeight> {
  const { k, type, granularity } = storage;
  const { blocks, size } = float8Blocks(storage);
  const numbers = FLOAT8_VALUES[type];
  const parts = allocateParts(matMulFloat8.parts(storage));
  const codes = parts[0]!.data;
  const scales = new Float32Array(parts[1]!.data.buffer);
  const scaleOf = (magnitude: number) => storedScale(magnitude / FLOAT8_MAX[type], 'float32');
  if (granularity === 'tensor') scales[0] = scaleOf(await largestOf(weight));

  const sums = errorSums();
  let back = new Float32Array(0);
  for await (const panel of weight.panels()) {
    const { data, first, count } = panel;
    const row = rowOf(data);
    if (back.length < data.length) back = new Float32Array(data.length);
    for (let c = 0; c < count; c++) {
      for (let block = 0; block < blocks; block++) {
        const start = c * k + block * size;
        const end = Math.min(start + size, (c + 1) * k);
        const index = (first + c) * blocks + block;
        const scale = granularity === 'tensor' ? scales[0]! : scaleOf(magnitudeOf(row, start, end));
        if (granularity !== 'tensor') scales[index] = scale;
        // Where the scale is 0 so are the weights.
        const step = scale === 0 ? 1 : scale;
        for (let i = start, o = index * size; i < end; i++, o++) {
          const code = float8Code(data[i]! / step, type);
          codes[o] = code;
          back[i] = numbers[code]! * scale;
        }
      }
    }
    addError(data, back, sums);
    if (!Number.isFinite(sums[0])) refuseNonFinite(weight.name, k, panel, weight.first);
  }
  return { parts, error: errorOf(sums) };
}

function magnitudeOf(row: Row, start: number, end: number): number {
  const { low, high } = rangeOf(row, start, end);
  return Math.max(high, -low);
}

async function largestOf(weight: WeightSource): Promise<number> {
  let largest = 0;
  for await (const { data } of weight.panels())
    largest = Math.max(largest, magnitudeOf(rowOf(data), 0, data.length));
  return largest;
}
