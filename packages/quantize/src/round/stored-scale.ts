import { float16ToFloat32, float32ToFloat16 } from '@quantloop/onnx';

/** Type in which scales are stored. */
export type ScaleType = 'float32' | 'float16';

/** By type: what a scale reads back as; never 0 unless it is 0, however small. */
export const STORED_SCALES: Record<ScaleType, (scale: number) => number> = {
  float32: (scale) => orSmallest(Math.fround(scale), scale, 2 ** -149),
  float16: (scale) => {
    const half = float32ToFloat16(Float32Array.of(scale));
    return orSmallest(float16ToFloat32(half)[0]!, scale, 2 ** -24);
  },
};

const orSmallest = (stored: number, scale: number, smallest: number): number =>
  stored === 0 && scale !== 0 ? Math.sign(scale) * smallest : stored;

/** A scale as it is stored. */
export const storedScale = (scale: number, type: ScaleType): number => STORED_SCALES[type](scale);
