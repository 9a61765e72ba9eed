import type { Matrix } from './multiply.ts';

/**
 * An upper triangular matrix in halves, down to leaves of at most `LEAF` rows: its parts go into products without being
 * copied, and the zeros below the diagonal take no memory.
 */
export type Triangle =
  | { rows: number; leaf: Matrix<Float64Array> }
  | { rows: number; left: Triangle; corner: Matrix<Float64Array>; right: Triangle };

/** Rows that are worked on in JavaScript; a product of smaller parts takes longer to ask for than to compute. */
export const LEAF = 64;

/** Where a triangle of more rows than a leaf has is cut: at the largest power of two below. */
export function cutOf(rows: number): number {
  return 2 ** (Math.ceil(Math.log2(rows)) - 1);
}

/** [rows, rows], zero below the diagonal, in memory of its own. */
export function wholeTriangle(triangle: Triangle): Matrix<Float64Array> {
  const { rows } = triangle;
  const data = new Float64Array(rows * rows);
  fill(data, rows, triangle, 0);
  return { data, rows, columns: rows };
}

function fill(whole: Float64Array, width: number, triangle: Triangle, at: number): void {
  if ('leaf' in triangle) return put(whole, width, triangle.leaf, at, at);
  const { left, corner, right } = triangle;
  fill(whole, width, left, at);
  put(whole, width, corner, at, at + left.rows);
  fill(whole, width, right, at + left.rows);
}

function put(
  whole: Float64Array,
  width: number,
  { data, rows, columns }: Matrix<Float64Array>,
  top: number,
  left: number,
): void {
  for (let i = 0; i < rows; i++)
    whole.set(data.subarray(i * columns, (i + 1) * columns), (top + i) * width + left);
}
