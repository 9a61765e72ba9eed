import type { MethodFacts, WeightRecipe } from '@quantloop/core';
import type { OnnxType } from '@quantloop/onnx';
import type { Arithmetic } from '@quantloop/runtime';
import type { Equalizer } from './equalize/equalizer.ts';
import type { PackedWeight } from './pack/packed-weight.ts';
import type { Rounding } from './methods/roundings.ts';
import type { Storage } from './pack/storage.ts';
import type { InputRanges, InputStatistics } from './statistics/input-statistics.ts';
import type { WeightSource } from './weights/weight-source.ts';

/** A linear layer's weight as a method sees it before anything is read: `k` inputs, `n` outputs. */
export interface WeightShape {
  name: string;
  k: number;
  n: number;
  /** Of the activations. Those that a layout's operator does not multiply are cast: float32 always serves. */
  type: OnnxType;
}

/** What calibration found out about the inputs x of a linear layer: one row of k numbers for every token seen. */
export interface LayerInputs {
  /** Rows behind the sums. */
  rows: number;
  /** Σ xᵀx, [k, k] row-major. The Hessian of the layer's squared output error is twice that, over the rows. */
  moments: Float32Array;
  /** For matrix products. */
  arithmetic: Arithmetic;
}

/** Completes a plan once it is known what its layers read: the ranges of their inputs, or all statistics. */
export type Settlement =
  | { by: 'ranges'; plan(inputs: InputRanges): WeightPlan }
  | { by: 'histogram'; plan(inputs: InputStatistics): WeightPlan };

/** What a method will do to one weight. */
export type WeightPlan = PlanByWeight | PlanByInputs;

interface Plan {
  storage: Storage;
  /** Rescales the layer's inputs before. @default they stay as they are */
  equalizer?: Equalizer;
  /** For storages that depend on what the layers read in the unquantized model, rescaled where that is done. */
  settle?: Settlement;
}

/** Rounds by nothing but the weight. */
export interface PlanByWeight extends Plan {
  inputs?: never;
  /**
   * Rounds and packs. The same weight gives the same bytes: an interrupted job repeats it.
   *
   * @param weight rescaled, where there is an equalizer
   */
  quantize(weight: WeightSource): Promise<PackedWeight>;
  /** What `quantize` does as plain data: threads can then do it. */
  rounding?: Rounding;
}

/** Rounds by what the layer reads. */
export interface PlanByInputs extends Plan {
  /** `calibrated`: once all layers before it are quantized; `measured`: in the unquantized model. */
  inputs: 'calibrated' | 'measured';
  /**
   * Rounds and packs. The same weight and inputs give the same bytes: an interrupted job repeats it.
   *
   * @param weight rescaled, where there is an equalizer, and so are the inputs
   */
  quantize(weight: WeightSource, inputs: LayerInputs): Promise<PackedWeight>;
  rounding?: never;
}

/** Why a weight stays as it is. */
export interface Refusal {
  refuse: string;
}

/** A quantization method. Add one as `methods/<name>/` and to `METHODS`. */
export interface Quantizer {
  readonly facts: MethodFacts;
  /** Decides per weight, so that a recipe may treat weights differently. Reads nothing. */
  plan(weight: WeightShape, recipe: WeightRecipe): WeightPlan | Refusal;
}
