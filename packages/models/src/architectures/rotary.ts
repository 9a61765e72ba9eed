import type { LlamaConfig } from './llama-config.ts';

/**
 * Angle per position of each channel pair, headDim / 2 values.
 * Source: transformers `modeling_rope_utils.py`, types default, linear and llama3, in float32 as there.
 */
export function rotaryFrequencies(rope: LlamaConfig['rope'], headDim: number): Float32Array {
  const frequencies = new Float32Array(headDim / 2);
  for (let i = 0; i < frequencies.length; i++) {
    frequencies[i] = 1 / Math.fround(rope.theta ** Math.fround((2 * i) / headDim));
  }
  if (rope.type === 'linear') return frequencies.map((frequency) => frequency / rope.factor);
  if (rope.type === 'llama3') return frequencies.map((frequency) => stretchLow(frequency, rope));
  return frequencies;
}

/** Llama 3.1: long waves are slowed by `factor`, short ones kept, those between blended. */
function stretchLow(frequency: number, rope: LlamaConfig['rope']): number {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = rope;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < originalPositions / high) return frequency;
  if (wavelength > originalPositions / low) return frequency / factor;
  const smooth = (originalPositions / wavelength - low) / (high - low);
  return (1 - smooth) * (frequency / factor) + smooth * frequency;
}

/** Cosines or sines of all positions, [positions, headDim / 2], in pieces of about 1 MiB of float32. */
export function* rotaryCache(
  wave: (angle: number) => number,
  frequencies: Float32Array,
  positions: number,
): Generator<Uint8Array> {
  const width = frequencies.length;
  const rows = Math.max(1, Math.floor(2 ** 18 / width));
  for (let start = 0; start < positions; start += rows) {
    const count = Math.min(rows, positions - start);
    const piece = new Float32Array(count * width);
    for (let row = 0; row < count; row++) {
      for (let i = 0; i < width; i++) {
        // The angle is rounded to float32, as the reference computes it: the model was trained with that rounding.
        piece[row * width + i] = wave(Math.fround((start + row) * frequencies[i]!));
      }
    }
    yield new Uint8Array(piece.buffer);
  }
}
