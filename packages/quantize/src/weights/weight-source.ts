import type { TensorProto, TensorReader } from '@quantloop/onnx';
import { scaleBlock, type Scaling } from './scaling.ts';
import { PanelMemory } from './panel-memory.ts';

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
  /** Index of the first channel where these are not all of the weight's. @default 0 */
  readonly first?: number;
  /** What its panels lie in. @default memory of which rounding knows nothing, and copies them */
  readonly memory?: PanelMemory;
  /** All channels in order, a few at a time: a multiple of `multiple` (default 1) in each panel but the last. */
  panels(multiple?: number): AsyncGenerator<Panel>;
}

/** Weights in a panel: one mebibyte, to stay in the second-level cache while rounded. */
const PANEL = 2 ** 18;

/** Where a weight lies: plain data, so that a thread can be told. */
export interface WeightLocation {
  name: string;
  k: number;
  n: number;
  /** Stored as [N, K] instead of [K, N]. */
  transposed: boolean;
  /** Only these output channels, as if there were no others. @default all */
  channels?: { first: number; count: number };
  /** What the initializer is multiplied by. @default nothing */
  scaling?: Scaling;
}

export interface OpenWeightOptions extends WeightLocation {
  reader: TensorReader;
  /** The initializer. @default the one of the reader's model that is called `name` */
  tensor?: TensorProto;
  /** Weights read from the file at once: bounds the memory of a large tensor. @default 2^24, 64 MiB */
  stripWeights?: number;
  /** Memory to read into, of one weight at a time. @default its own */
  memory?: PanelMemory;
}

/** Opens an initializer of a model file as a source of panels. */
export function openWeight(options: OpenWeightOptions): WeightSource {
  const { name, k, n, channels, memory = new PanelMemory() } = options;
  const panels = (multiple = 1) => panelsOf({ ...options, memory }, multiple);
  return channels === undefined
    ? { name, k, n, memory, panels }
    : { name, k, n: channels.count, first: channels.first, memory, panels };
}

async function* panelsOf(
  options: OpenWeightOptions & { memory: PanelMemory },
  multiple: number,
): AsyncGenerator<Panel> {
  const { k, transposed, stripWeights = 2 ** 24, memory } = options;
  const { first, count: n } = options.channels ?? { first: 0, count: options.n };
  const perPanel = Math.min(n, roundUp(Math.min(PANEL, stripWeights) / k, multiple));
  const perStrip = Math.min(n, roundUp(stripWeights / k, perPanel));
  memory.prepare({ k, channels: perPanel, strip: (perStrip + APART) * k });
  for (let strip = 0; strip < n; strip += perStrip) {
    const channels = Math.min(perStrip, n - strip);
    const stride = strideOf(options, channels);
    const out = memory.strip((transposed ? channels : k) * stride);
    const weights = await readStrip(options, first + strip, channels, stride, out);
    for (let start = 0; start < channels; start += perPanel) {
      const count = Math.min(perPanel, channels - start);
      if (transposed) {
        yield { first: strip + start, count, data: weights.subarray(start * k, (start + count) * k) };
      } else {
        const data = memory.transpose({ rows: k, columns: stride, first: start, count });
        yield { first: strip + start, count, data };
      }
    }
  }
}

/** Numbers between two rows in memory whose addresses would fall into the same few places of a cache. */
const APART = 16;

/**
 * Numbers from one row of a strip to the next. Rows of a multiple of 1 KiB would push each other out of the cache while
 * columns are read, which then takes 2.5 times as long. Whole rows are read at once, and lie as they do in the file.
 */
function strideOf({ k, n, transposed }: OpenWeightOptions, channels: number): number {
  if (transposed) return k;
  return channels < n && channels % 2 ** 8 === 0 ? channels + APART : channels;
}

/** Channels `first` to `first + count`, as they lie in the file: [count, k] if transposed, else [k, count]. */
async function readStrip(
  options: OpenWeightOptions,
  first: number,
  count: number,
  stride: number,
  out: Float32Array<ArrayBuffer>,
) {
  const { reader, tensor = options.name, k, transposed, scaling } = options;
  const block = transposed
    ? { firstRow: first, rows: count, firstColumn: 0, columns: k }
    : { firstRow: 0, rows: k, firstColumn: first, columns: count };
  const strip = await reader.readBlock(tensor, block, { out, stride });
  if (scaling !== undefined) scaleBlock(strip, { ...block, stride }, scaling);
  return strip;
}

const roundUp = (value: number, multiple: number): number =>
  Math.max(1, Math.ceil(value / multiple)) * multiple;
