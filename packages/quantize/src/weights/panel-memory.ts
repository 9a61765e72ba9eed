import { instantiate } from '../wasm/instantiate.ts';
import type { RoundingKernels } from '../wasm/rounding-kernels.ts';

const PAGE = 2 ** 16;

/**
 * What a weight is read into and rounded in: memory of a WebAssembly module, used again for the next weight, as the
 * system hands out fresh memory page by page, which took a third of the time of quantizing a large model.
 */
export class PanelMemory {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly kernels = instantiate<RoundingKernels>('rounding', this.#memory);
  /** Addresses. The first page is the module's own. */
  readonly scratch = PAGE;
  #panel = PAGE;
  #strip = PAGE;

  /** Makes room for panels of some channels, for `strip` numbers, and for rounding a panel. What was there is lost. */
  prepare({ k, channels, strip }: { k: number; channels: number; strip: number }): void {
    // Ranges, grids and packed codes of groups of 16 take 2 bytes a weight, channels of few weights more.
    const scratch = 4 * k * channels + 2 ** 10 * channels + 2 ** 12;
    this.#panel = aligned(this.scratch + scratch);
    this.#strip = aligned(this.#panel + 4 * k * channels);
    const missing = Math.ceil((this.#strip + 4 * strip) / PAGE) - this.#memory.buffer.byteLength / PAGE;
    if (missing > 0) this.#memory.grow(missing);
  }

  /** Bytes for rounding a panel, in a view of the whole memory from {@link scratch} on. */
  get scratchBytes(): number {
    return this.#panel - this.scratch;
  }

  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  strip(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.buffer, this.#strip, length);
  }

  panel(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.buffer, this.#panel, length);
  }

  /** Columns `first … first + count` of the strip, its rows `columns` numbers apart, as the panel [count, rows]. */
  transpose(options: {
    rows: number;
    columns: number;
    first: number;
    count: number;
  }): Float32Array<ArrayBuffer> {
    const { rows, columns, first, count } = options;
    this.kernels.transpose(this.#strip, rows, columns, first, count, this.#panel);
    return this.panel(count * rows);
  }
}

/** To the next cache line. */
const aligned = (address: number): number => Math.ceil(address / 64) * 64;
