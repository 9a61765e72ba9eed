import { QuantloopError, type Recipe, type WeightRecipe } from '@quantloop/core';
import type { ModelProto, OnnxType } from '@quantloop/onnx';
import { findLinears, type Linear } from './graph/find-linears.ts';
import { withinOpset } from './graph/standard-opset.ts';
import { methodOf } from './methods/methods.ts';
import { chooseRecipes } from './mix/choose-recipes.ts';
import { weightPlace, type WeightPlace } from './mix/weight-place.ts';
import type { Quantizer, WeightPlan } from './quantizer.ts';

/** One weight that will be quantized, and the layers that read it. */
export interface PlannedWeight {
  linears: [Linear, ...Linear[]];
  place: WeightPlace;
  method: Quantizer;
  recipe: WeightRecipe;
  /** Index of the recipe's mix entry that chose it; undefined: none did. */
  entry: number | undefined;
  plan: WeightPlan;
}

export interface ModelPlan {
  planned: PlannedWeight[];
  /** Weights of linear layers that stay as they are, with the reason. */
  left: Map<string, string>;
  /** How many weights each pattern kept. */
  excluded: Map<string, number>;
  /** How many weights each entry of the mix fits first. */
  mixed: number[];
}

/**
 * Decides for every linear layer what will be done, before a weight is read.
 *
 * @throws QuantloopError `unsupported` when it is nothing, or when an entry of the mix fits nothing
 */
export function planWeights(model: ModelProto, recipe: Recipe): ModelPlan {
  const weights = [...byWeight(findLinears(model))];
  const places = weights.map((linears) => weightPlace(model, linears));
  const { choices, excluded, mixed } = chooseRecipes(places, recipe);
  const left = new Map<string, string>();
  const planned: PlannedWeight[] = [];
  for (const [index, linears] of weights.entries()) {
    const { weight: name, k, n, type } = linears[0];
    const choice = choices[index]!;
    if ('leave' in choice) {
      left.set(name, choice.leave);
      continue;
    }
    if (!COMPUTED.some((each) => each === type)) {
      left.set(name, `it computes in ${type}, which no operator for packed weights does`);
      continue;
    }
    const method = methodOf(choice.recipe);
    const plan = withinOpset(model, method.plan({ name, k, n, type }, choice.recipe));
    if ('refuse' in plan) left.set(name, plan.refuse);
    else {
      const { recipe: own, entry } = choice;
      planned.push({ linears, place: places[index]!, method, recipe: own, entry, plan });
    }
  }
  if (planned.length === 0) throw nothingToDo(left);
  return { planned, left, excluded, mixed };
}

/** Types of activations: float64 would lose what it was chosen for. */
const COMPUTED = ['float32', 'float16', 'bfloat16'] as const satisfies readonly OnnxType[];

/** Layers that share a weight are quantized together. */
function byWeight(linears: readonly Linear[]): Iterable<[Linear, ...Linear[]]> {
  const groups = new Map<string, [Linear, ...Linear[]]>();
  for (const linear of linears) {
    const key = `${linear.transposed} ${linear.type} ${linear.weight}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [linear]);
    else group.push(linear);
  }
  return groups.values();
}

function nothingToDo(left: ReadonlyMap<string, string>): QuantloopError {
  const reasons = [...left].slice(0, 3).map(([name, reason]) => `"${name}": ${reason}`);
  const more = left.size > reasons.length ? `; and ${left.size - reasons.length} more` : '';
  return new QuantloopError({
    code: 'unsupported',
    message:
      left.size === 0
        ? 'The recipe would quantize nothing: the model has no linear layer with a constant weight.'
        : `The recipe would quantize nothing. ${reasons.join('; ')}${more}.`,
    hint:
      left.size === 0
        ? 'Linear layers are MatMul, FusedMatMul and Gemm nodes of the main graph whose second input is a constant matrix.'
        : 'Loosen "exclude" and "mix", or choose a method that can store these weights.',
  });
}
