import type { MethodFacts, Recipe } from '@quantloop/core';
import type { OnnxType } from '@quantloop/onnx';
import type { PackedWeight } from './pack/packed-weight.ts';
import type { Storage } from './pack/storage.ts';
import type { WeightSource } from './weights/weight-source.ts';

/** A linear layer's weight as a method sees it before anything is read: `k` inputs, `n` outputs. */
export interface WeightShape {
  name: string;
  k: number;
  n: number;
  type: OnnxType;
}

/** What a method will do to one weight. */
export interface WeightPlan {
  storage: Storage;
  /** Rounds and packs. The same weight gives the same bytes: an interrupted job repeats it. */
  quantize(weight: WeightSource): Promise<PackedWeight>;
}

/** Why a weight stays as it is. */
export interface Refusal {
  refuse: string;
}

/** A quantization method. Add one as `methods/<name>/` and to `METHODS`. */
export interface Quantizer {
  readonly facts: MethodFacts;
  /** Decides per weight, so that a recipe may treat weights differently. Reads nothing. */
  plan(weight: WeightShape, recipe: Recipe): WeightPlan | Refusal;
}
