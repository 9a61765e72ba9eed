import { GraphBuilder, transpose } from '@quantloop/onnx';
import { Tensor } from 'onnxruntime-node';
import { freeMemory, freeTensor } from '../session/free-memory.ts';
import type { Arithmetic } from './arithmetic.ts';
import type { Matrix } from './multiply.ts';

/**
 * Columns whose products are one output of the graph: wide enough for its speed, narrow enough to skip half. 2048 rows of
 * 2048 columns take 75 ms of CPU with 512, 61 with 256, 63 with 128.
 */
const PART = 256;

/**
 * Σ xᵀx over batches of rows, in float32. The sum is symmetric, so only parts on and above the diagonal are computed:
 * for 2048 columns 36 of 64 products.
 */
export class MomentSum {
  readonly #arithmetic: Arithmetic;
  readonly #k: number;
  readonly #widths: number[];
  readonly #pairs: [number, number][];
  readonly #sums: Tensor[];
  /** Rows added. */
  rows = 0;

  constructor(arithmetic: Arithmetic, k: number) {
    this.#arithmetic = arithmetic;
    this.#k = k;
    this.#widths = Array.from({ length: Math.ceil(k / PART) }, (_, i) => Math.min(PART, k - i * PART));
    this.#pairs = this.#widths.flatMap((_, i) =>
      this.#widths.slice(i).map((_, j): [number, number] => [i, i + j]),
    );
    this.#sums = this.#pairs.map(([left, right]) => {
      const dims = [this.#widths[left]!, this.#widths[right]!] as const;
      return new Tensor('float32', new Float32Array(dims[0] * dims[1]), dims);
    });
  }

  /** @param x `[rows, k]` */
  async add({ data, rows }: Matrix<Float32Array>): Promise<void> {
    const sums = this.#sums.map((sum, index) => [String(index), sum] as const);
    await this.#arithmetic.run(
      `moments/${this.#k}`,
      () => momentsGraph(this.#k, this.#widths, this.#pairs),
      {
        x: new Tensor('float32', data, [rows, this.#k]),
        ...Object.fromEntries(sums.map(([index, sum]) => [`before_${index}`, sum])),
      },
      Object.fromEntries(sums.map(([index, sum]) => [`sum_${index}`, sum])),
    );
    this.rows += rows;
  }

  /** Σ of the square of each column. */
  squares(): Float32Array {
    const squares = new Float32Array(this.#k);
    for (const [index, sum] of this.#sums.entries()) {
      const [left, right] = this.#pairs[index]!;
      const width = this.#widths[right]!;
      const values = sum.data as Float32Array;
      if (left !== right) continue;
      for (let i = 0; i < width; i++) squares[left * PART + i] = values[i * (width + 1)]!;
    }
    return squares;
  }

  /** The whole matrix, [k, k]; the sum itself is then gone. */
  matrix(): Float32Array<ArrayBuffer> {
    const k = this.#k;
    const whole = new Float32Array(k * k);
    for (const [index, sum] of this.#sums.entries()) {
      const [left, right] = this.#pairs[index]!;
      const [height, width] = [this.#widths[left]!, this.#widths[right]!];
      const values = sum.data as Float32Array;
      const turned = transpose(values, height, width);
      place(whole, k, { values, rows: height, columns: width, top: left * PART, left: right * PART });
      place(whole, k, { values: turned, rows: width, columns: height, top: right * PART, left: left * PART });
      freeMemory(turned);
      freeTensor(sum);
    }
    return whole;
  }
}

/** Copies a part into a matrix of `k` columns. */
function place(
  whole: Float32Array,
  k: number,
  part: { values: Float32Array; rows: number; columns: number; top: number; left: number },
): void {
  const { values, rows, columns, top, left } = part;
  for (let r = 0; r < rows; r++) {
    whole.set(values.subarray(r * columns, (r + 1) * columns), (top + r) * k + left);
  }
}

function momentsGraph(
  k: number,
  widths: readonly number[],
  pairs: readonly (readonly [number, number])[],
): Uint8Array {
  const graph = new GraphBuilder({ name: 'moments' });
  const x = graph.input('x', 'float32', ['rows', k]);
  const parts = widths.map((_, i) => `part_${i}`);
  graph.node('Split', [x, graph.constant('int64', [widths.length], widths)], {
    outputs: parts,
    attributes: { axis: 1 },
  });
  for (const [index, [left, right]] of pairs.entries()) {
    const shape = [widths[left]!, widths[right]!];
    const before = graph.input(`before_${index}`, 'float32', shape);
    graph.node('Gemm', [parts[left]!, parts[right]!, before], {
      outputs: [graph.output(`sum_${index}`, 'float32', shape)],
      attributes: { transA: 1 },
    });
  }
  return graph.bytes();
}
