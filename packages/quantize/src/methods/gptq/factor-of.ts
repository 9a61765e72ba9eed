import { QuantloopError } from '@quantloop/core';
import { choleskyOfInverse, type Triangle } from '@quantloop/runtime';
import type { LayerInputs } from '../../quantizer.ts';

export interface Factor {
  /** Inputs in the order in which they are rounded. */
  order: Uint32Array;
  /** U, [k, k] upper triangular in that order, with UᵀU the inverse of the damped Hessian. */
  upper: Triangle;
}

export interface FactorOptions {
  name: string;
  inputs: LayerInputs;
  activationOrder: boolean;
  damping: number;
}

/** Layers with the same inputs (query, key and value) need the same factor. */
const known = new WeakMap<LayerInputs, Map<string, Promise<Factor>>>();

/**
 * Order of rounding and Cholesky factor for the inputs of a layer. Where the damped Hessian is not positive definite in
 * double precision, the damping is raised tenfold until it is.
 *
 * @throws QuantloopError `non-finite`, naming the weight, where no damping up to the mean of the diagonal helps
 */
export function factorOf({ name, inputs, activationOrder, damping }: FactorOptions): Promise<Factor> {
  const factors = known.get(inputs) ?? new Map<string, Promise<Factor>>();
  known.set(inputs, factors);
  const key = `${activationOrder} ${damping}`;
  let factor = factors.get(key);
  if (factor === undefined) factors.set(key, (factor = compute(name, inputs, activationOrder, damping)));
  return factor;
}

async function compute(
  name: string,
  { moments, arithmetic }: LayerInputs,
  activationOrder: boolean,
  damping: number,
): Promise<Factor> {
  const k = Math.sqrt(moments.length);
  const diagonal = Float64Array.from({ length: k }, (_, i) => moments[i * (k + 1)]!);
  const order = Uint32Array.from({ length: k }, (_, i) => i);
  // The sort is stable: equal inputs keep their order.
  if (activationOrder) order.sort((a, b) => diagonal[b]! - diagonal[a]! || a - b);
  const mean = diagonal.reduce((sum, value) => sum + value, 0) / k;
  for (let share = damping; share <= Math.max(1, damping); share = share === 0 ? 1e-6 : share * 10) {
    const data = new Float64Array(k * k);
    for (let i = 0; i < k; i++) {
      const from = order[i]! * k;
      for (let j = i; j < k; j++) data[i * k + j] = moments[from + order[j]!]!;
      // An input that is always 0 stands by itself.
      data[i * k + i] = diagonal[order[i]!] === 0 ? 1 : data[i * k + i]! + share * mean;
    }
    const upper = await choleskyOfInverse(arithmetic, { data, rows: k, columns: k });
    if (upper !== undefined) return { order, upper };
  }
  throw new QuantloopError({
    code: 'non-finite',
    message: `GPTQ: the Hessian of "${name}" cannot be inverted, whatever the damping.`,
    hint: 'Calibrate on more text, leave the weight out with "exclude", or round it with "rtn".',
  });
}
