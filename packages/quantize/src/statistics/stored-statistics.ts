import { asBytes } from '@quantloop/onnx';
import { z } from 'zod';
import { BINS } from './histogram.ts';
import type { InputStatistics } from './input-statistics.ts';

const Header = z.strictObject({
  value: z.string(),
  k: z.int().positive(),
  rows: z.int().nonnegative(),
  limit: z.number().positive(),
});

/** What is known of one value: for those that only look at the spread, the moments are empty. */
export interface MeasuredValue {
  statistics: InputStatistics;
  /** Σ xᵀx over the rows, [k, k] row-major, or []. */
  moments: Float32Array;
}

/**
 * One value's statistics for the checkpoint: length of the header (uint32), JSON header, then little-endian counts
 * [2 · BINS] as float64, low [k], high [k], absMean [k] and moments as float32.
 */
export function encodeStatistics(value: string, { statistics, moments }: MeasuredValue): Uint8Array {
  const { rows, low, high, absMean, histogram } = statistics;
  const { limit, counts } = histogram;
  const header: z.infer<typeof Header> = { value, k: low.length, rows, limit };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...[counts, low, high, absMean, moments].map(asBytes)]);
}

/** What {@link encodeStatistics} wrote; undefined for another value or another width. */
export function decodeStatistics(
  bytes: Uint8Array,
  wanted: { value: string; k: number },
): MeasuredValue | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 4 + buffer.readUInt32LE(0);
  const { value, k, rows, limit } = Header.parse(JSON.parse(buffer.toString('utf8', 4, offset)));
  if (value !== wanted.value || k !== wanted.k) return undefined;
  const next = (length: number) => Uint8Array.from(buffer.subarray(offset, (offset += length))).buffer;
  const counts = new Float64Array(next(2 * BINS * 8));
  const [low, high, absMean] = [k, k, k].map((count) => new Float32Array(next(4 * count)));
  const moments = new Float32Array(next(buffer.length - offset));
  const histogram = { limit, counts };
  return { statistics: { rows, low: low!, high: high!, absMean: absMean!, histogram }, moments };
}
