import { float16ToFloat32, float32ToFloat16 } from '@quantloop/onnx';

/** Type in which scales are stored. */
export type ScaleType = 'float32' | 'float16';

const SMALLEST: Record<ScaleType, number> = { float32: 2 ** -149, float16: 2 ** -24 };

/** A scale as it is stored: never 0 unless it is 0, however small. */
export function storedScale(scale: number, type: ScaleType): number {
  const single = Math.fround(scale);
  const stored =
    type === 'float32' ? single : float16ToFloat32(float32ToFloat16(Float32Array.of(single)))[0]!;
  return stored === 0 && scale !== 0 ? Math.sign(scale) * SMALLEST[type] : stored;
}
