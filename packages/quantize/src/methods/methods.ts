import {
  expandRecipes,
  formatPath,
  QuantloopError,
  suggestName,
  type MethodFacts,
  type Recipe,
  type WeightRecipe,
} from '@quantloop/core';
import { INT8_CACHES, PACKED_LOOKUPS } from '../kernels.ts';
import type { Quantizer } from '../quantizer.ts';
import { awq, awqGptq } from './awq/awq.ts';
import { fp4, nf4 } from './bnb4/bnb4.ts';
import { dynamicInt8 } from './dynamic-int8/dynamic-int8.ts';
import { fp8 } from './fp8/fp8.ts';
import { gptq } from './gptq/gptq.ts';
import { bf16, fp16 } from './half/half.ts';
import { hqq } from './hqq/hqq.ts';
import { rtn } from './rtn/rtn.ts';
import { staticInt8 } from './static-int8/static-int8.ts';

/** The built-in methods by name. */
export const METHODS: Record<string, Quantizer> = {
  rtn,
  hqq,
  gptq,
  awq,
  'awq-gptq': awqGptq,
  'dynamic-int8': dynamicInt8,
  'static-int8': staticInt8,
  nf4,
  fp4,
  fp16,
  bf16,
  fp8,
};

/** What each built-in method declares: what campaigns are checked against. */
export const METHOD_FACTS: Record<string, MethodFacts> = Object.fromEntries(
  Object.entries(METHODS).map(([name, { facts }]) => [name, withCommonOptions(facts)]),
);

/**
 * Whatever the method: the scales of a cache in 8 bits come from calibration, and neither it nor a packed embedding is
 * read by every provider.
 */
function withCommonOptions(facts: MethodFacts): MethodFacts {
  const { needsCalibration: own } = facts;
  const isInt8 = ({ options }: WeightRecipe) => options['kvCache'] === 'int8';
  return {
    ...facts,
    needsCalibration: (recipe) => isInt8(recipe) || (typeof own === 'function' ? own(recipe) : own),
    supports(recipe, target) {
      const falls =
        (isInt8(recipe) && !INT8_CACHES.includes(target.provider)) ||
        (recipe.options['embedding'] === true && !PACKED_LOOKUPS.includes(target.provider));
      return falls ? 'simulated' : facts.supports(recipe, target);
    },
  };
}

/** The method of a weight's recipe. Throws `invalid-spec` for one that does not exist. */
export function methodOf({ method: name }: WeightRecipe): Quantizer {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method !== undefined) return method;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `There is no quantization method "${name}".`,
    hint: suggestName(name, Object.keys(METHODS)),
  });
}

/** Throws `invalid-spec` for a recipe that its method, or a part of its mix that the part's method, cannot have. */
export function checkRecipe(recipe: Recipe): void {
  const [issue] = expandRecipes([recipe], METHOD_FACTS).issues;
  if (issue === undefined) return;
  // The path begins with search.recipes[0].
  const place = formatPath(issue.path.slice(3));
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `The recipe is impossible: ${place === '' ? '' : `${place}: `}${issue.message}`,
    ...(issue.hint === undefined ? {} : { hint: issue.hint }),
  });
}
