import { Granularity } from '@quantloop/core';
import { z } from 'zod';

/** Block sizes for which ONNX Runtime has a MatMulNBits kernel; any other refuses to load. */
export const NBITS_BLOCKS = [16, 32, 64, 128, 256] as const;

const Shape = { k: z.int().positive(), n: z.int().positive() };

/** com.microsoft MatMulNBits: unsigned codes in blocks along K, one scale (and zero point) per block. */
export const NBitsStorage = z.strictObject({
  layout: z.literal('matmul-nbits'),
  ...Shape,
  /** 3: no kernel has it; the graph widens the codes to 4 bits, see `widen-three-bits.ts`. */
  bits: z.union([z.literal(2), z.literal(3), z.literal(4), z.literal(8)]),
  blockSize: z.int().positive(),
  /** `channel`, `tensor`: every block repeats the one scale, as the kernel knows blocks only. */
  scalePer: z.enum(['block', 'channel', 'tensor']),
  /** Without zero points weight 0 has the code 2^(bits-1). */
  zeroPoints: z.boolean(),
  /** Also the type of the activations. */
  scaleType: z.enum(['float32', 'float16']),
  /** 0: activations in floating point. 4: activations rounded to int8 per block, faster and less exact. */
  accuracyLevel: z.union([z.literal(0), z.literal(4)]),
});
export type NBitsStorage = z.infer<typeof NBitsStorage>;

/** com.microsoft MatMulBnb4: codes of 16 levels, one absolute maximum per flat block of the transposed weight. */
export const Bnb4Storage = z.strictObject({
  layout: z.literal('matmul-bnb4'),
  ...Shape,
  levels: z.enum(['nf4', 'fp4']),
  blockSize: z.int().positive(),
  /** The absolute maxima are stored in 8 bits. */
  doubleQuantized: z.boolean(),
});
export type Bnb4Storage = z.infer<typeof Bnb4Storage>;

/** Products of integers: int8 weights, activations rounded to uint8. */
export const IntegerStorage = z.strictObject({
  layout: z.literal('matmul-integer'),
  ...Shape,
  /** 7: codes stay within ±64, so that pairs of products cannot overflow on CPUs without VNNI. */
  bits: z.union([z.literal(7), z.literal(8)]),
  scalePer: z.enum(['tensor', 'channel']),
  /**
   * `token`: one scale for each row as it comes, symmetric. `tensor`: one scale and zero point for the whole tensor as it
   * comes, by DynamicQuantizeMatMul. Numbers: scale and zero point that calibration has chosen.
   */
  activations: z.union([
    z.enum(['token', 'tensor']),
    z.strictObject({ scale: z.number().positive(), zero: z.int().min(0).max(255) }),
  ]),
});
export type IntegerStorage = z.infer<typeof IntegerStorage>;

/** A 16-bit floating point weight [N, K], cast for a float32 product. */
export const HalfStorage = z.strictObject({
  layout: z.literal('matmul-half'),
  ...Shape,
  type: z.enum(['float16', 'bfloat16']),
});
export type HalfStorage = z.infer<typeof HalfStorage>;

/** An 8-bit floating point weight, scaled; cast for a float32 product with activations that are rounded likewise, or not. */
export const Float8Storage = z.strictObject({
  layout: z.literal('matmul-float8'),
  ...Shape,
  type: z.enum(['float8e4m3fn', 'float8e5m2']),
  /** What shares a scale. */
  granularity: Granularity,
  /** `token`: one scale for each row as it comes. A number: the scale that calibration has chosen. */
  activations: z.union([z.enum(['none', 'token']), z.strictObject({ scale: z.number().positive() })]),
});
export type Float8Storage = z.infer<typeof Float8Storage>;

/** How one weight is stored, decided before any of it is read. */
export const Storage = z.discriminatedUnion('layout', [
  NBitsStorage,
  Bnb4Storage,
  IntegerStorage,
  HalfStorage,
  Float8Storage,
]);
export type Storage = z.infer<typeof Storage>;
