import type { Arithmetic } from './arithmetic.ts';
import { type Matrix, multiply } from './multiply.ts';

type Square = Matrix<Float64Array>;

/** Rows factored in JavaScript at a time; the rest, O(n³), are matrix products. */
const BLOCK = 192;

/**
 * The upper triangular U with UᵀU = H⁻¹ for a symmetric positive definite H `[n, n]`, or undefined when H is not
 * positive definite in double precision. One factorization and one triangular inverse: with J the reversal of rows,
 * JHJ = LLᵀ gives U = J L⁻¹ J, so that H⁻¹ itself is never formed (GPTQ's reference inverts and factors once more).
 */
export async function choleskyOfInverse(arithmetic: Arithmetic, h: Square): Promise<Square | undefined> {
  const lower = await cholesky(arithmetic, reversed(h));
  return lower === undefined ? undefined : reversed(await inverseOfLower(arithmetic, lower));
}

/** Both axes reversed. */
function reversed({ data, rows, columns }: Square): Square {
  return { data: data.toReversed(), rows, columns };
}

/** The lower L with LLᵀ = a; above the diagonal it keeps what was there. */
async function cholesky(arithmetic: Arithmetic, a: Square): Promise<Square | undefined> {
  const n = a.rows;
  const l = a.data.slice();
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(start + BLOCK, n);
    const corner = part(l, n, [start, end], [start, end]);
    if (!factorInPlace(corner)) return undefined;
    put(l, n, start, start, corner);
    if (end === n) break;
    const b = part(l, n, [end, n], [start, end]);
    const panel = await multiply(arithmetic, { a: b, b: invertSmall(corner), transposeB: true });
    put(l, n, end, start, panel);
    const rest = await multiply(arithmetic, {
      a: panel,
      b: panel,
      transposeB: true,
      scale: -1,
      plus: part(l, n, [end, n], [end, n]),
    });
    put(l, n, end, end, rest);
  }
  return { data: l, rows: n, columns: n };
}

/** L⁻¹ of a lower L, block row by block row; zero above the diagonal. */
async function inverseOfLower(arithmetic: Arithmetic, { data: l, rows: n }: Square): Promise<Square> {
  const inverse = new Float64Array(n * n);
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(start + BLOCK, n);
    const corner = invertSmall(part(l, n, [start, end], [start, end]));
    put(inverse, n, start, start, corner);
    if (start === 0) continue;
    const left = await multiply(arithmetic, {
      a: part(l, n, [start, end], [0, start]),
      b: part(inverse, n, [0, start], [0, start]),
    });
    put(inverse, n, start, 0, await multiply(arithmetic, { a: corner, b: left, scale: -1 }));
  }
  return { data: inverse, rows: n, columns: n };
}

/** Cholesky in place, zeros put above the diagonal. False where a pivot is not positive. */
function factorInPlace({ data, rows: n }: Square): boolean {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = data[i * n + j]!;
      for (let p = 0; p < j; p++) sum -= data[i * n + p]! * data[j * n + p]!;
      if (i > j) data[i * n + j] = sum / data[j * n + j]!;
      else if (sum > 0) data[j * n + j] = Math.sqrt(sum);
      else return false;
    }
    data.fill(0, j * n + j + 1, (j + 1) * n);
  }
  return true;
}

/** The inverse of a small lower triangle. */
function invertSmall({ data: l, rows: n }: Square): Square {
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1 / l[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let p = j; p < i; p++) sum += l[i * n + p]! * inverse[p * n + j]!;
      inverse[i * n + j] = -sum / l[i * n + i]!;
    }
  }
  return { data: inverse, rows: n, columns: n };
}

type Range = readonly [start: number, end: number];

function part(data: Float64Array, width: number, [top, bottom]: Range, [left, right]: Range): Square {
  const rows = bottom - top;
  const columns = right - left;
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const from = (top + i) * width + left;
    out.set(data.subarray(from, from + columns), i * columns);
  }
  return { data: out, rows, columns };
}

function put(
  into: Float64Array,
  width: number,
  top: number,
  left: number,
  { data, rows, columns }: Square,
): void {
  for (let i = 0; i < rows; i++)
    into.set(data.subarray(i * columns, (i + 1) * columns), (top + i) * width + left);
}
