import { freeMemory } from '../session/free-memory.ts';
import type { Arithmetic } from './arithmetic.ts';
import { type Matrix, multiply } from './multiply.ts';
import { cutOf, LEAF, type Triangle, wholeTriangle } from './triangle.ts';

type Square = Matrix<Float64Array>;

/**
 * The upper triangular U with UᵀU = H⁻¹ for a symmetric positive definite H `[n, n]`, of which only what lies on and
 * above the diagonal is read; or undefined when H is not positive definite in double precision.
 *
 * U is the inverse of the upper R with RRᵀ = H, and is found half by half without forming H⁻¹ (GPTQ's reference inverts
 * and factors once more): with H = [A B; · C], U of C first, R's corner P = B U(C)ᵀ, then U of A − PPᵀ, and U's corner
 * −U(A − PPᵀ) P U(C). All but the leaves is products: 4/3 n³ multiplications and additions.
 */
export async function choleskyOfInverse(arithmetic: Arithmetic, h: Square): Promise<Triangle | undefined> {
  const { rows } = h;
  if (rows <= LEAF) return leafOf(h);
  const cut = cutOf(rows);
  const right = await choleskyOfInverse(arithmetic, part(h, [cut, rows], [cut, rows]));
  if (right === undefined) return undefined;
  const lower = wholeTriangle(right);
  const panel = await multiply(arithmetic, {
    a: part(h, [0, cut], [cut, rows]),
    b: lower,
    transposeB: true,
  });
  const rest = part(h, [0, cut], [0, cut]);
  await multiply(arithmetic, {
    a: panel,
    b: panel,
    transposeB: true,
    scale: -1,
    plus: rest,
    into: rest.data,
  });
  const left = await choleskyOfInverse(arithmetic, rest);
  freeMemory(rest.data);
  if (left === undefined) return undefined;
  const product = await multiply(arithmetic, { a: panel, b: lower });
  freeMemory(panel.data);
  freeMemory(lower.data);
  const upper = wholeTriangle(left);
  const corner = await multiply(arithmetic, { a: upper, b: product, scale: -1 });
  freeMemory(upper.data);
  freeMemory(product.data);
  return { rows, left, corner, right };
}

/** In plain JavaScript. */
function leafOf({ data, rows }: Square): Triangle | undefined {
  const factor = data.slice();
  if (!factorInPlace(factor, rows)) return undefined;
  return { rows, leaf: { data: inverseOfUpper(factor, rows), rows, columns: rows } };
}

/** The upper R with RRᵀ = h in place of h, whatever is below the diagonal. False where a pivot is not positive. */
function factorInPlace(h: Float64Array, n: number): boolean {
  for (let j = n - 1; j >= 0; j--) {
    for (let i = j; i >= 0; i--) {
      let sum = h[i * n + j]!;
      for (let p = j + 1; p < n; p++) sum -= h[i * n + p]! * h[j * n + p]!;
      if (i < j) h[i * n + j] = sum / h[j * n + j]!;
      else if (sum > 0) h[j * n + j] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

function inverseOfUpper(upper: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = n - 1; i >= 0; i--) {
    const pivot = upper[i * n + i]!;
    inverse[i * n + i] = 1 / pivot;
    for (let p = i + 1; p < n; p++) {
      const factor = upper[i * n + p]!;
      for (let j = p; j < n; j++) inverse[i * n + j]! -= factor * inverse[p * n + j]!;
    }
    for (let j = i + 1; j < n; j++) inverse[i * n + j]! /= pivot;
  }
  return inverse;
}

type Range = readonly [start: number, end: number];

function part({ data, columns: width }: Square, [top, bottom]: Range, [left, right]: Range): Square {
  const rows = bottom - top;
  const columns = right - left;
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const from = (top + i) * width + left;
    out.set(data.subarray(from, from + columns), i * columns);
  }
  return { data: out, rows, columns };
}
