import { QuantloopError, type Recipe, type WeightRecipe } from '@quantloop/core';
import type { ModelProto, OnnxType } from '@quantloop/onnx';
import { sharedWeights, type SharedWeight } from './graph/shared-weights.ts';
import { withinOpset } from './graph/standard-opset.ts';
import { methodOf } from './methods/methods.ts';
import { planTable } from './methods/plan-table.ts';
import { chooseRecipes } from './mix/choose-recipes.ts';
import { weightPlace, type WeightPlace } from './mix/weight-place.ts';
import { layoutOf } from './pack/layout.ts';
import type { Quantizer, Refusal, WeightPlan } from './quantizer.ts';

/** One weight that will be quantized. */
export interface PlannedWeight extends SharedWeight {
  place: WeightPlace;
  method: Quantizer;
  recipe: WeightRecipe;
  /** Index of the recipe's mix entry that chose it; undefined: none did. */
  entry: number | undefined;
  plan: WeightPlan;
  /** The plan is rtn's, as the method's own format cannot be looked up. */
  byRtn: boolean;
}

export interface ModelPlan {
  planned: PlannedWeight[];
  /** Weights of linear layers and embeddings that stay as they are, with the reason. */
  left: Map<string, string>;
  /** How many weights each pattern kept. */
  excluded: Map<string, number>;
  /** How many weights each entry of the mix fits first. */
  mixed: number[];
}

/**
 * Decides for every linear layer and embedding what will be done, before a weight is read.
 *
 * @throws QuantloopError `unsupported` when it is nothing, or when an entry of the mix fits nothing
 */
export function planWeights(model: ModelProto, recipe: Recipe): ModelPlan {
  // An embedding that is tied to a head stays for the lookup unless it is asked for, and the head is packed alone.
  const weights = sharedWeights(model, { tied: recipe.options['embedding'] === true });
  const places = weights.map((weight) => weightPlace(model, weight));
  const { choices, excluded, mixed } = chooseRecipes(places, recipe);
  const left = new Map<string, string>();
  const planned: PlannedWeight[] = [];
  for (const [index, weight] of weights.entries()) {
    const { weight: name, k, n, type } = weight.use;
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
    const shape = { name, k, n, type };
    const own = withinOpset(model, method.plan(shape, choice.recipe));
    const byRtn = weight.lookups.length > 0 && !canBeLookedUp(own, weight);
    const plan = byRtn ? planTable(shape, choice.recipe) : own;
    if ('refuse' in plan) left.set(name, plan.refuse);
    else {
      const { recipe: chosen, entry } = choice;
      planned.push({ ...weight, place: places[index]!, method, recipe: chosen, entry, plan, byRtn });
    }
  }
  if (planned.length === 0) throw nothingToDo(left);
  return { planned, left, excluded, mixed };
}

/** Types of activations: float64 would lose what it was chosen for. */
const COMPUTED = ['float32', 'float16', 'bfloat16'] as const satisfies readonly OnnxType[];

/**
 * Whether a method's own plan will do for a weight that is looked up too. What it refuses to a layer is refused. A tied
 * head could be rounded by its inputs, but they come last: rounded first, the embedding's error is seen, and made up
 * for, by all layers (GPTQ with 4 bits on a tiny random decoder: output error 0.29 instead of 0.42).
 */
function canBeLookedUp(plan: WeightPlan | Refusal, { linears }: SharedWeight): boolean {
  if ('refuse' in plan) return linears.length > 0;
  return plan.inputs === undefined && layoutOf(plan.storage).lookup !== undefined;
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
