import { QuantloopError } from '@quantloop/core';
import { asBytes, toFloat32 } from '@quantloop/onnx';
import { type Arithmetic, type Matrix, MomentSum, type Tensor } from '@quantloop/runtime';
import type { LayerInputs } from '../quantizer.ts';

/**
 * Adds up xᵀx over the batches of a value, whose last dimension is the layer's input width k.
 *
 * @throws QuantloopError `non-finite`, naming value, channel and batch
 */
export async function accumulateMoments(options: {
  name: string;
  batches: AsyncIterable<Tensor>;
  arithmetic: Arithmetic;
}): Promise<LayerInputs> {
  const { name, batches, arithmetic } = options;
  let sum: MomentSum | undefined;
  let batch = 0;
  for await (const tensor of batches) {
    const x = rowsOf(tensor);
    sum ??= new MomentSum(arithmetic, x.columns);
    await sum.add(x);
    // A value that is not finite makes the square of its channel so.
    const channel = sum.squares().findIndex((square) => !Number.isFinite(square));
    if (channel >= 0) throw notFinite(name, batch, channel);
    batch++;
  }
  return { rows: sum?.rows ?? 0, moments: sum?.matrix() ?? new Float32Array(0), arithmetic };
}
/** Every dimension but the last as rows. */
export function rowsOf(tensor: Tensor): Matrix<Float32Array> {
  const columns = tensor.dims.at(-1)!;
  const bytes = asBytes(tensor.data as unknown as ArrayBufferView) as Uint8Array<ArrayBuffer>;
  const data = toFloat32(tensor.type as 'float32' | 'float16', bytes);
  return { data, rows: data.length / columns, columns };
}

function notFinite(name: string, batch: number, channel: number): QuantloopError {
  return new QuantloopError({
    code: 'non-finite',
    message: `Calibration: channel ${channel} of "${name}", the input of linear layers, is not finite in batch ${batch}.`,
    hint: 'Check the model on its own: it gives NaN or infinity, or overflows float32 when squared, on the calibration text.',
  });
}
