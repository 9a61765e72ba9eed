import { tensorBytes, tensorFromBytes } from '../session/tensor-bytes.ts';
import type { CacheLayout } from './cache-layout.ts';
import { KvCache } from './kv-cache.ts';

/** One sequence: a row of some cache. */
export interface CacheRow {
  cache: KvCache;
  row: number;
}

/**
 * A cache of its own for these rows, of whichever caches they are, in this order: as long as the longest of them, the
 * others padded on the right where the layout is packed, on the left where it is appended. `spare`: columns beyond that,
 * of a packed cache.
 */
export function gatherRows(rows: readonly CacheRow[], layout: CacheLayout, spare = 0): KvCache {
  const lengths = Int32Array.from(rows, ({ cache, row }) => cache.lengths[row]!);
  const padded = Math.max(...lengths) + spare;
  const spans = rows.map((row, r) => spansOf(row, layout, padded - lengths[r]!));
  const tensors = Object.fromEntries(
    Object.entries(rows[0]!.cache.tensors).map(([name, { type, dims, size, data }]) => {
      const [, heads, , headDim] = dims as [number, number, number, number];
      const column = (headDim * (data as unknown as ArrayBufferView).byteLength) / size;
      const bytes = new Uint8Array(rows.length * heads * padded * column);
      rows.forEach(({ cache, row }, r) => {
        const source = tensorBytes(cache.tensors[name]!);
        for (let head = 0; head < heads; head++) {
          const there = (row * heads + head) * cache.padded;
          const here = (r * heads + head) * padded;
          for (const { from, to, count } of spans[r]!) {
            const start = (there + from) * column;
            bytes.set(source.subarray(start, start + count * column), (here + to) * column);
          }
        }
      });
      return [name, tensorFromBytes(type, bytes, [rows.length, heads, padded, headDim])];
    }),
  );
  const mask = new BigInt64Array(rows.length * padded);
  spans.forEach((row, r) => {
    for (const { to, count } of row) mask.fill(1n, r * padded + to, r * padded + to + count);
  });
  return new KvCache({ lengths, padded, mask, tensors });
}

/** Columns of the source, and where they go. */
interface Span {
  from: number;
  to: number;
  count: number;
}

function spansOf({ cache, row }: CacheRow, layout: CacheLayout, padding: number): Span[] {
  if (layout === 'packed') return [{ from: 0, to: 0, count: cache.lengths[row]! }];
  const spans: Span[] = [];
  let to = padding;
  for (let from = 0; from < cache.padded; from++) {
    if (cache.mask[row * cache.padded + from] === 0n) continue;
    const last = spans.at(-1);
    if (last !== undefined && last.from + last.count === from) last.count++;
    else spans.push({ from, to, count: 1 });
    to++;
  }
  return spans;
}
