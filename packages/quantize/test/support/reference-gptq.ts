import { type GridOptions, referenceGrid } from './reference.ts';

export interface GptqCase extends GridOptions {
  /** [k, n]. */
  weight: Float32Array;
  k: number;
  n: number;
  /** Σ xᵀx, [k, k]. */
  moments: Float32Array;
  /** Inputs with one grid. */
  group: number;
  damping: number;
  activationOrder: boolean;
}

type Square = number[][];

const columnOf = (square: Square, j: number) => square.map((row) => row[j]!);
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Gauss–Jordan with pivoting. */
function invert(a: Square): Square {
  const n = a.length;
  const m = a.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c; r < n; r++) if (Math.abs(m[r]![c]!) > Math.abs(m[pivot]![c]!)) pivot = r;
    [m[c], m[pivot]] = [m[pivot]!, m[c]!];
    const head = m[c]![c]!;
    m[c] = m[c]!.map((value) => value / head);
    for (let r = 0; r < n; r++) {
      const times = m[r]![c]!;
      if (r !== c && times !== 0) m[r] = m[r]!.map((value, j) => value - times * m[c]![j]!);
    }
  }
  return m.map((row) => row.slice(n));
}

/** The upper U with UᵀU = a. */
function upperCholesky(a: Square): Square {
  const n = a.length;
  const u: Square = a.map((row) => row.map(() => 0));
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const above = dot(columnOf(u, i).slice(0, i), columnOf(u, j).slice(0, i));
      u[i]![j] = i === j ? Math.sqrt(a[i]![i]! - above) : (a[i]![j]! - above) / u[i]![i]!;
    }
  }
  return u;
}

/** GPTQ as its paper has it: no blocks, every correction made at once. Codes and what they stand for, [k, n]. */
export function referenceGptq(options: GptqCase): { codes: Uint8Array; dequantized: Float32Array } {
  const { weight, k, n, moments, group, damping, activationOrder } = options;
  const inputs = Array.from({ length: k }, (_, i) => i);
  const diagonal = inputs.map((i) => moments[i * k + i]!);
  const order = activationOrder ? inputs.toSorted((a, b) => diagonal[b]! - diagonal[a]!) : inputs;
  const mean = diagonal.reduce((sum, value) => sum + value, 0) / k;
  const hessian = order.map((i) =>
    order.map((j) => (i !== j ? moments[i * k + j]! : diagonal[i] === 0 ? 1 : diagonal[i]! + damping * mean)),
  );
  const upper = upperCholesky(invert(hessian));

  const codes = new Uint8Array(k * n);
  const dequantized = new Float32Array(k * n);
  for (let c = 0; c < n; c++) {
    const original = inputs.map((i) => weight[i * n + c]!);
    const current = order.map((i) => original[i]!);
    const gridOf = (weights: readonly number[], g: number) =>
      referenceGrid(weights.slice(g * group, (g + 1) * group).map(Math.fround), options);
    const fixed = Array.from({ length: Math.ceil(k / group) }, (_, g) => gridOf(original, g));
    for (let i = 0; i < k; i++) {
      const input = order[i]!;
      const g = Math.floor(input / group);
      // In the order of the inputs, a grid is fitted to what the weights have become.
      if (!activationOrder && input % group === 0) fixed[g] = gridOf(current, g);
      const { scale, zero } = fixed[g]!;
      const { code, value } = nearest(current[i]!, scale, zero, options.bits);
      codes[input * n + c] = code;
      dequantized[input * n + c] = value;
      const error = (current[i]! - value) / upper[i]![i]!;
      for (let j = i + 1; j < k; j++) current[j]! -= error * upper[i]![j]!;
    }
  }
  return { codes, dequantized };
}

function nearest(weight: number, scale: number, zero: number, bits: number): { code: number; value: number } {
  const values = Array.from({ length: 2 ** bits }, (_, code) => (code - zero) * scale);
  if (scale === 0) return { code: zero, value: 0 };
  // Ties go to the code an even number of steps away from zero.
  const code = values.reduce((best, value, candidate) => {
    const [near, nearer] = [Math.abs(weight - values[best]!), Math.abs(weight - value)];
    return nearer < near || (nearer === near && (candidate - zero) % 2 === 0) ? candidate : best;
  }, 0);
  return { code, value: Math.fround(values[code]!) };
}
