import type { WeightRecipe } from '@quantloop/core';
import type { Refusal, WeightPlan, WeightShape } from '../quantizer.ts';
import { rtn } from './rtn/rtn.ts';

/**
 * The plan for an embedding where a method's own format cannot be looked up row by row, or rounds by the inputs of a
 * layer: as rtn does by default, with the recipe's bits, groups and symmetry.
 */
export function planTable(shape: WeightShape, recipe: WeightRecipe): WeightPlan | Refusal {
  const { bits, granularity, symmetric } = recipe;
  const { facts } = rtn;
  if (!facts.bits.includes(bits))
    return { refuse: `an embedding of ${bits} bits has no format that can be looked up` };
  return rtn.plan(shape, {
    method: facts.name,
    bits,
    granularity,
    symmetric,
    options: facts.options.parse({}),
  });
}
