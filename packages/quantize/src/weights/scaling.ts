/** Factors of a tensor's rows and columns; one with fewer than two dimensions is a row. */
export interface Scaling {
  rows?: Float64Array;
  columns?: Float64Array;
}

/** What initializers are multiplied by when they are read, by name. */
export class Scalings {
  readonly #byName = new Map<string, Scaling>();

  get(name: string): Scaling | undefined {
    return this.#byName.get(name);
  }

  /** Multiplies in factors of one axis: a weight may be scaled along both. */
  multiply(name: string, along: 'rows' | 'columns', factors: Float64Array): void {
    const scaling = this.#byName.get(name) ?? {};
    const before = scaling[along];
    scaling[along] = before === undefined ? factors : factors.map((factor, i) => factor * before[i]!);
    this.#byName.set(name, scaling);
  }
}

/** Multiplies elements `start` to `start + values.length` of a tensor with `columns` columns, in place. */
export function scaleRange(values: Float32Array, start: number, columns: number, scaling: Scaling): void {
  const firstRow = Math.floor(start / columns);
  const skipped = start % columns;
  scaleRows(values, { firstRow, firstColumn: 0, columns, skipped }, scaling);
}

/** Multiplies a block of a tensor in place, its rows `stride` (default: one after the other) apart. */
export function scaleBlock(
  values: Float32Array,
  block: { firstRow: number; firstColumn: number; columns: number; stride?: number },
  scaling: Scaling,
): void {
  scaleRows(values, { ...block, skipped: 0 }, scaling);
}

/** @param block.skipped columns of the first row that are not there */
function scaleRows(
  values: Float32Array,
  block: { firstRow: number; firstColumn: number; columns: number; stride?: number; skipped: number },
  { rows, columns: byColumn }: Scaling,
): void {
  let row = block.firstRow;
  let column = block.firstColumn + block.skipped;
  const gap = (block.stride ?? block.columns) - block.columns;
  for (let i = 0; i < values.length; row++, column = block.firstColumn, i += gap) {
    const factor = rows === undefined ? 1 : rows[row]!;
    const end = Math.min(values.length, i + block.firstColumn + block.columns - column);
    if (byColumn === undefined) for (; i < end; i++) values[i]! *= factor;
    else for (; i < end; i++, column++) values[i]! *= factor * byColumn[column]!;
  }
}
