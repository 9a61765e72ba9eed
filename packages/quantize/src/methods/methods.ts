import { expandRecipes, QuantloopError, suggestName, type MethodFacts, type Recipe } from '@quantloop/core';
import type { Quantizer } from '../quantizer.ts';
import { fp4, nf4 } from './bnb4/bnb4.ts';
import { dynamicInt8 } from './dynamic-int8/dynamic-int8.ts';
import { rtn } from './rtn/rtn.ts';

/** The built-in methods by name. */
export const METHODS: Record<string, Quantizer> = { rtn, 'dynamic-int8': dynamicInt8, nf4, fp4 };

/** What each built-in method declares: what campaigns are checked against. */
export const METHOD_FACTS: Record<string, MethodFacts> = Object.fromEntries(
  Object.entries(METHODS).map(([name, { facts }]) => [name, facts]),
);

/** The method of a recipe. Throws `invalid-spec` for one that does not exist, or that cannot have such a recipe. */
export function methodOf(recipe: Recipe): Quantizer {
  const method = Object.hasOwn(METHODS, recipe.method) ? METHODS[recipe.method] : undefined;
  if (method === undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `There is no quantization method "${recipe.method}".`,
      hint: suggestName(recipe.method, Object.keys(METHODS)),
    });
  }
  const [issue] = expandRecipes([recipe], METHOD_FACTS).issues;
  if (issue !== undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `The recipe is impossible: ${issue.message}`,
      ...(issue.hint === undefined ? {} : { hint: issue.hint }),
    });
  }
  return method;
}
