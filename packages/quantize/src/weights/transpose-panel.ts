/** Rows taken together: as many cache lines as one set of the first-level cache holds when rows are 4 KiB apart. */
const ROWS = 8;

/** Columns `first` to `first + count` of a row-major [rows, columns] matrix, written as [count, rows]. */
export function transposePanel(options: {
  source: Float32Array;
  rows: number;
  columns: number;
  first: number;
  count: number;
  out: Float32Array;
}): void {
  const { source, rows, columns, first, count, out } = options;
  for (let start = 0; start < rows; start += ROWS) {
    const end = Math.min(start + ROWS, rows);
    for (let column = 0; column < count; column++) {
      let from = start * columns + first + column;
      for (let row = start, to = column * rows + start; row < end; row++, to++, from += columns) {
        out[to] = source[from]!;
      }
    }
  }
}
