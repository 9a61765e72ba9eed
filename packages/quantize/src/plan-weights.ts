import { QuantloopError, type Recipe } from '@quantloop/core';
import type { ModelProto, OnnxType } from '@quantloop/onnx';
import picomatch from 'picomatch';
import { findLinears, type Linear } from './graph/find-linears.ts';
import { isHead } from './graph/is-head.ts';
import type { Quantizer, WeightPlan } from './quantizer.ts';

/** One weight that will be quantized, and the layers that read it. */
export interface PlannedWeight {
  linears: [Linear, ...Linear[]];
  plan: WeightPlan;
}

export interface ModelPlan {
  planned: PlannedWeight[];
  /** Weights of linear layers that stay as they are, with the reason. */
  left: Map<string, string>;
  /** How many weights each pattern kept. */
  excluded: Map<string, number>;
}

/** Decides for every linear layer what will be done, before a weight is read. Throws `unsupported` when it is nothing. */
export function planWeights(model: ModelProto, method: Quantizer, recipe: Recipe): ModelPlan {
  if (recipe.exclude.includes('')) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: 'A pattern in "exclude" is empty.',
      hint: 'Write a glob of weight or node names, such as "*down_proj*", or leave it out.',
    });
  }
  const patterns = recipe.exclude.map((pattern) => ({ pattern, matches: picomatch(pattern) }));
  const excluded = new Map(recipe.exclude.map((pattern) => [pattern, 0]));
  const left = new Map<string, string>();
  const planned: PlannedWeight[] = [];
  for (const linears of byWeight(findLinears(model))) {
    const [first] = linears;
    const names = linears.flatMap(({ weight, module, node }) => [
      weight,
      module,
      `${module}.weight`,
      node.name,
    ]);
    const hit = patterns.find(({ matches }) => names.some((name) => matches(name)));
    if (hit !== undefined) {
      excluded.set(hit.pattern, excluded.get(hit.pattern)! + 1);
      left.set(first.weight, `excluded by "${hit.pattern}"`);
    } else if (recipe.options['head'] === false && linears.some((linear) => isHead(model, linear))) {
      left.set(first.weight, 'the output head, which the recipe leaves alone');
    } else if (!COMPUTED.some((type) => type === first.type)) {
      left.set(first.weight, `it computes in ${first.type}, which no operator for packed weights does`);
    } else {
      const { weight: name, k, n, type } = first;
      const plan = method.plan({ name, k, n, type }, recipe);
      if ('refuse' in plan) left.set(name, plan.refuse);
      else planned.push({ linears, plan });
    }
  }
  if (planned.length === 0) throw nothingToDo(left);
  return { planned, left, excluded };
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
        : 'Loosen "exclude", or choose a method that can store these weights.',
  });
}
