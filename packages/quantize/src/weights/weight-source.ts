import type { TensorReader } from '@quantloop/onnx';
import { transposePanel } from './transpose-panel.ts';

/** Some output channels of a weight, each contiguous. */
export interface Panel {
  /** Index of the first channel. */
  first: number;
  /** Number of channels. */
  count: number;
  /** [count, k] row-major. Overwritten when the next panel is asked for. */
  data: Float32Array<ArrayBuffer>;
}

/** A weight that is read channel by channel, whatever its orientation and type in the file. */
export interface WeightSource {
  readonly name: string;
  readonly k: number;
  readonly n: number;
  /** All channels in order, a few at a time: a multiple of `multiple` (default 1) in each panel but the last. */
  panels(multiple?: number): AsyncGenerator<Panel>;
}

/** Weights in a panel: one mebibyte, to stay in the second-level cache while rounded. */
const PANEL = 2 ** 18;

export interface OpenWeightOptions {
  reader: TensorReader;
  name: string;
  k: number;
  n: number;
  /** Stored as [N, K] instead of [K, N]. */
  transposed: boolean;
  /** Weights read from the file at once. @default 2^26, a quarter of a gibibyte: bounds the memory of a large tensor */
  stripWeights?: number;
}

/** Opens an initializer of a model file as a source of panels. */
export function openWeight(options: OpenWeightOptions): WeightSource {
  const { name, k, n } = options;
  return { name, k, n, panels: (multiple = 1) => panelsOf(options, multiple) };
}

async function* panelsOf(options: OpenWeightOptions, multiple: number): AsyncGenerator<Panel> {
  const { k, n, stripWeights = 2 ** 26 } = options;
  const perPanel = Math.min(n, roundUp(Math.min(PANEL, stripWeights) / k, multiple));
  const perStrip = Math.min(n, roundUp(stripWeights / k, perPanel));
  const buffer = new Float32Array(options.transposed ? 0 : perPanel * k);
  for (let strip = 0; strip < n; strip += perStrip) {
    const channels = Math.min(perStrip, n - strip);
    const weights = await readStrip(options, strip, channels);
    for (let start = 0; start < channels; start += perPanel) {
      const count = Math.min(perPanel, channels - start);
      if (options.transposed) {
        yield { first: strip + start, count, data: weights.subarray(start * k, (start + count) * k) };
      } else {
        const data = buffer.subarray(0, count * k);
        transposePanel({ source: weights, rows: k, columns: channels, first: start, count, out: data });
        yield { first: strip + start, count, data };
      }
    }
  }
}

/** Channels `first` to `first + count`, as they lie in the file: [count, k] if transposed, else [k, count]. */
async function readStrip(options: OpenWeightOptions, first: number, count: number) {
  const { reader, name, k, n, transposed } = options;
  if (transposed) return reader.readFloat32(name, { start: first * k, count: count * k });
  if (count === n) return reader.readFloat32(name);
  const strip = new Float32Array(k * count);
  for (let row = 0; row < k; row++) {
    strip.set(await reader.readFloat32(name, { start: row * n + first, count }), row * count);
  }
  return strip;
}

const roundUp = (value: number, multiple: number): number =>
  Math.max(1, Math.ceil(value / multiple)) * multiple;
