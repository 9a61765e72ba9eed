/** Rows and columns that are turned together: half a cache line of either. */
const ROWS: usize = 8;
const COLUMNS: usize = 8;

/** Columns `first … first + count` of a float32 matrix whose rows are `columns` apart, written as [count, rows]. */
export function transpose(
  source: usize,
  rows: usize,
  columns: usize,
  first: usize,
  count: usize,
  out: usize,
): void {
  const stride = columns << 2;
  const length = rows << 2;
  for (let column: usize = 0; column < count; column += COLUMNS) {
    const width = min(COLUMNS, count - column);
    const quads = width & ~3;
    let from = source + ((first + column) << 2);
    const to = out + column * length;
    let row: usize = 0;
    for (; row + ROWS <= rows; row += ROWS, from += stride * ROWS) {
      for (let c: usize = 0; c < quads; c += 4) {
        for (let r: usize = 0; r < ROWS; r += 4)
          turn(from + r * stride + (c << 2), stride, to + c * length + ((row + r) << 2), length);
      }
      for (let c = quads; c < width; c++) copy(from + (c << 2), stride, ROWS, to + c * length + (row << 2));
    }
    for (let c: usize = 0; c < width; c++)
      copy(from + (c << 2), stride, rows - row, to + c * length + (row << 2));
  }
}

/** Four rows of four numbers, `stride` bytes apart, into four rows that lie `length` bytes apart. */
function turn(from: usize, stride: usize, to: usize, length: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + stride);
  const c = v128.load(from + stride * 2);
  const d = v128.load(from + stride * 3);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const AB = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const CD = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
  v128.store(to + length, i64x2.shuffle(ab, cd, 1, 3));
  v128.store(to + length * 2, i64x2.shuffle(AB, CD, 0, 2));
  v128.store(to + length * 3, i64x2.shuffle(AB, CD, 1, 3));
}

/** A few numbers that lie `stride` bytes apart, one after the other. */
function copy(from: usize, stride: usize, count: usize, to: usize): void {
  for (let i: usize = 0; i < count; i++) store<f32>(to + (i << 2), load<f32>(from + i * stride));
}
