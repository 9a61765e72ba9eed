import type { PackedWeight } from '../pack/packed-weight.ts';
import type { WeightPlan } from '../quantizer.ts';
import type { WeightSource } from '../weights/weight-source.ts';
import { roundToLevels } from './bnb4/round-to-levels.ts';
import { roundToInt8 } from './dynamic-int8/round-to-int8.ts';
import { roundToFloat8 } from './fp8/round-to-float8.ts';
import { roundToHalf } from './half/round-to-half.ts';
import { roundToNBits } from './rtn/round-to-nbits.ts';

/** The ways of rounding that need nothing but the weight. */
const ROUNDINGS = {
  nbits: roundToNBits,
  levels: roundToLevels,
  int8: roundToInt8,
  half: roundToHalf,
  float8: roundToFloat8,
};

/** One of them with its options, as plain data: it may be done in another thread. */
export type Rounding = {
  [K in keyof typeof ROUNDINGS]: { kind: K } & Parameters<(typeof ROUNDINGS)[K]>[1];
}[keyof typeof ROUNDINGS];

export function round(weight: WeightSource, rounding: Rounding): Promise<PackedWeight> {
  const rounder = ROUNDINGS[rounding.kind] as (
    weight: WeightSource,
    options: Rounding,
  ) => Promise<PackedWeight>;
  return rounder(weight, rounding);
}

/** The plan of a method that needs nothing but the weight. */
export function planRounding(rounding: Rounding): WeightPlan {
  const { storage } = rounding;
  return { storage, rounding, quantize: (weight) => round(weight, rounding) };
}
