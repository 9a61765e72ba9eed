import type { Matrix } from '@quantloop/runtime';
import type { GptqKernels } from '../../wasm/gptq-kernels.ts';
import { instantiate } from '../../wasm/instantiate.ts';
import type { Solution } from './solve.ts';

/** Channels in a tile: of 64 inputs it takes 350 KiB, which stays in the second-level cache. */
const CHANNELS = 256;
const PAGE = 2 ** 16;

export interface Leaf {
  /** The part of U on the diagonal. */
  upper: Matrix<Float64Array>;
  /** Its first row among `rows`. */
  start: number;
  /** Of its inputs, those to be rounded now: others have been, or wait for their grid. */
  first: number;
  last: number;
}

/** Rounds a few inputs of all channels, each made up for at once. In WebAssembly, see docs/decisions/010-wasm-kernels.md. */
export class LeafRounder {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #kernels = instantiate<GptqKernels>('gptq', this.#memory);
  readonly #n: number;
  readonly #top: number;

  /** @param n channels */
  constructor(n: number, bits: number) {
    this.#n = n;
    this.#top = 2 ** bits - 1;
  }

  /**
   * @param options.rows [k, n]: those of the leaf that follow are corrected
   * @param options.errors [k, n], set where rows are rounded
   * @param options.inputs of each row of the leaf
   * @param options.solution takes the codes; its grids are there
   */
  round(options: {
    leaf: Leaf;
    rows: Float64Array;
    errors: Float64Array;
    inputs: Uint32Array;
    group: number;
    solution: Solution;
  }): void {
    const { leaf, rows, errors, inputs, group, solution } = options;
    const { start, first, last } = leaf;
    const { data: upper, rows: size } = leaf.upper;
    const n = this.#n;
    const stride = Math.min(CHANNELS, Math.ceil(n / 8) * 8);
    const view = this.#viewsOf(size, stride);
    view.upper.set(upper);
    for (let channel = 0; channel < n; channel += stride) {
      const count = Math.min(stride, n - channel);
      for (let i = first; i < size; i++) {
        const from = (start + i) * n + channel;
        view.tile.set(rows.subarray(from, from + count), i * stride);
        if (i >= last) continue;
        const grid = Math.floor(inputs[i]! / group) * n + channel;
        view.scales.set(solution.scales.subarray(grid, grid + count), i * stride);
        view.zeros.set(solution.zeros.subarray(grid, grid + count), i * stride);
      }
      this.#kernels.compensate(
        view.upper.byteOffset,
        size,
        view.tile.byteOffset,
        stride,
        first,
        last,
        view.scales.byteOffset,
        view.zeros.byteOffset,
        this.#top,
        view.codes.byteOffset,
        view.errors.byteOffset,
      );
      for (let i = first; i < size; i++) {
        const at = i * stride;
        const to = (start + i) * n + channel;
        if (i >= last) rows.set(view.tile.subarray(at, at + count), to);
        else {
          errors.set(view.errors.subarray(at, at + count), to);
          solution.codes.set(view.codes.subarray(at, at + count), inputs[i]! * n + channel);
        }
      }
    }
  }

  /** Behind the first page, which is the module's own. */
  #viewsOf(size: number, stride: number) {
    const area = size * stride;
    const bytes = PAGE + 8 * size * size + (8 + 8 + 4 + 1 + 1) * area;
    const missing = Math.ceil(bytes / PAGE) - this.#memory.buffer.byteLength / PAGE;
    if (missing > 0) this.#memory.grow(missing);
    const { buffer } = this.#memory;
    const tile = PAGE + 8 * size * size;
    return {
      upper: new Float64Array(buffer, PAGE, size * size),
      tile: new Float64Array(buffer, tile, area),
      errors: new Float64Array(buffer, tile + 8 * area, area),
      scales: new Float32Array(buffer, tile + 16 * area, area),
      zeros: new Uint8Array(buffer, tile + 20 * area, area),
      codes: new Uint8Array(buffer, tile + 21 * area, area),
    };
  }
}
