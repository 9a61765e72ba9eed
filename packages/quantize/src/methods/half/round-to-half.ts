import { QuantloopError } from '@quantloop/core';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from '@quantloop/onnx';
import { allocateParts } from '../../pack/allocate-parts.ts';
import { matMulHalf } from '../../pack/matmul-half.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { HalfStorage } from '../../pack/storage.ts';
import { addError, errorOf, errorSums } from '../../round/error-sums.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { Panel, WeightSource } from '../../weights/weight-source.ts';

const CONVERSIONS = {
  float16: { narrow: float32ToFloat16, widen: float16ToFloat32, largest: 65504 },
  bfloat16: { narrow: float32ToBfloat16, widen: bfloat16ToFloat32, largest: 2 ** 127 * (2 - 2 ** -7) },
} as const;

/**
 * Every weight to the nearest 16-bit number, ties to even.
 *
 * @throws QuantloopError `unsupported` for a weight that would become infinite
 */
export async function roundToHalf(
  weight: WeightSource,
  { storage }: { storage: HalfStorage },
): Promise<PackedWeight> {
  const { k, type } = storage;
  const { narrow, widen } = CONVERSIONS[type];
  const parts = allocateParts(matMulHalf.parts(storage));
  const values = new Uint16Array(parts[0]!.data.buffer);
  const sums = errorSums();
  let back = new Float32Array(0);
  for await (const panel of weight.panels()) {
    const { first, data } = panel;
    if (back.length < data.length) back = new Float32Array(data.length);
    const target = values.subarray(first * k, first * k + data.length);
    narrow(data, target);
    widen(target, back.subarray(0, data.length));
    addError(data, back, sums);
    if (!Number.isFinite(sums[1])) {
      refuseNonFinite(weight.name, k, panel, weight.first);
      refuseOverflow(weight, storage, panel, back);
    }
  }
  return { parts, error: errorOf(sums) };
}

function refuseOverflow(
  { name, first: firstChannel = 0 }: WeightSource,
  { k, type }: HalfStorage,
  panel: Panel,
  back: Float32Array,
): void {
  const index = back.subarray(0, panel.data.length).findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  const place = `input ${index % k}, output ${firstChannel + panel.first + Math.floor(index / k)}`;
  const { largest } = CONVERSIONS[type];
  throw new QuantloopError({
    code: 'unsupported',
    message: `Weight "${name}" holds ${panel.data[index]} at ${place}: beyond ±${largest}, the largest ${type}.`,
    hint: 'Leave the weight out with "exclude", or choose a method that has scales, or bf16, whose range is that of float32.',
  });
}
