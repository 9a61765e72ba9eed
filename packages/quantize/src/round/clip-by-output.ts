import { multiply, type Arithmetic } from '@quantloop/runtime';
import { fitSpan, type Grid, type Span } from './fit-span.ts';
import { rowOf } from './range-of.ts';
import { readBack } from './read-back.ts';
import { shrunk, SHRINKS } from './shrink-span.ts';

export interface ClipOptions {
  /** [count, k] row-major. */
  channels: Float32Array<ArrayBuffer>;
  count: number;
  k: number;
  /** Inputs that share a span. */
  size: number;
  grid: Omit<Grid, 'clip'>;
  /** Σ xᵀx of the layer's inputs, [k, k]. */
  moments: Float32Array;
  arithmetic: Arithmetic;
}

/**
 * Grids of some output channels, each shrunk by the one of `SHRINKS` that leaves the least squared output error
 * ‖x (W − Q)‖²; the largest of equal ones. Groups of a channel are taken one after the other, each with the errors that
 * the others have at the time: the error of the channel never grows, and is no larger than without clipping.
 *
 * llm-awq's auto_clip (https://github.com/mit-han-lab/llm-awq) takes groups as if they were independent, a sample of the
 * inputs, and shrinks to a half in steps of 0.05.
 *
 * @returns `count` lists of spans
 */
export async function clipByOutput(options: ClipOptions): Promise<Span[][]> {
  const { channels, count, k, size, grid, moments, arithmetic } = options;
  const row = rowOf(channels);
  const spans = Array.from({ length: count }, (_, c) =>
    Array.from({ length: Math.ceil(k / size) }, (_, g) => {
      const end = Math.min((g + 1) * size, k);
      return fitSpan(row, c * k + g * size, c * k + end, { ...grid, clip: 'none' });
    }),
  );
  const errors = new Float32Array(channels.length);
  for (let c = 0; c < count; c++) {
    for (const [g, span] of spans[c]!.entries()) {
      const [start, end] = [g * size, Math.min((g + 1) * size, k)];
      readBack(channels, c * k + start, c * k + end, span, grid.bits, errors, c * k + start);
    }
  }
  for (let i = 0; i < errors.length; i++) errors[i] = channels[i]! - errors[i]!;
  const whole = { data: moments, rows: k, columns: k };
  const changes = new Float32Array(count * SHRINKS.length * Math.min(size, k));
  let product = await multiply(arithmetic, { a: { data: errors, rows: count, columns: k }, b: whole });
  for (let start = 0; start < k; start += size) {
    const width = Math.min(size, k - start);
    const chosen = await clipGroup({
      ...options,
      spans,
      errors,
      changes,
      product: product.data,
      start,
      width,
    });
    if (start + width < k) {
      const rows = { data: moments.subarray(start * k, (start + width) * k), rows: width, columns: k };
      product = await multiply(arithmetic, { a: chosen, b: rows, plus: product });
    }
  }
  return spans;
}

/** Sets the spans and errors of one group in all channels. Returns by how much the errors have changed, [count, width]. */
async function clipGroup(
  options: ClipOptions & {
    spans: Span[][];
    errors: Float32Array;
    /** Room for all tries. */
    changes: Float32Array<ArrayBuffer>;
    /** Errors times moments, [count, k]. */
    product: Float32Array;
    start: number;
    width: number;
  },
) {
  const { channels, count, k, size, grid, moments, arithmetic, spans, errors, product, start, width } =
    options;
  const g = start / size;
  const tries = SHRINKS.length;
  // Of the error against now, all tries of a channel after one another.
  const changes = options.changes.subarray(0, count * tries * width);
  for (let c = 0; c < count; c++) {
    const offset = c * k + start;
    for (const [t, factor] of SHRINKS.entries()) {
      const at = (c * tries + t) * width;
      readBack(channels, offset, offset + width, shrunk(spans[c]![g]!, factor, grid), grid.bits, changes, at);
      for (let i = 0; i < width; i++) {
        changes[at + i] = channels[offset + i]! - changes[at + i]! - errors[offset + i]!;
      }
    }
  }
  const block = new Float32Array(width * width);
  for (let i = 0; i < width; i++) {
    const from = (start + i) * k + start;
    block.set(moments.subarray(from, from + width), i * width);
  }
  const curved = await multiply(arithmetic, {
    a: { data: changes, rows: count * tries, columns: width },
    b: { data: block, rows: width, columns: width },
  });

  const chosen = new Float32Array(count * width);
  for (let c = 0; c < count; c++) {
    const offset = c * k + start;
    let [best, least] = [0, Infinity];
    for (let t = 0; t < tries; t++) {
      const at = (c * tries + t) * width;
      let gain = 0;
      for (let i = 0; i < width; i++) {
        gain += changes[at + i]! * (curved.data[at + i]! + 2 * product[offset + i]!);
      }
      if (gain < least) [best, least] = [t, gain];
    }
    const at = (c * tries + best) * width;
    for (let i = 0; i < width; i++) {
      const change = changes[at + i]!;
      chosen[c * width + i] = change;
      errors[offset + i]! += change;
    }
    spans[c]![g] = shrunk(spans[c]![g]!, SHRINKS[best]!, grid);
  }
  return { data: chosen, rows: count, columns: width };
}
