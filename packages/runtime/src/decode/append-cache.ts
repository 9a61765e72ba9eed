import type { Tensor } from 'onnxruntime-node';
import type { DecoderSession } from '../session/decoder-session.ts';
import type { CacheType } from '../session/decoder-shape.ts';
import { tensorBytes, tensorFromBytes } from '../session/tensor-bytes.ts';
import { gatherRows } from './gather-rows.ts';
import { KvCache } from './kv-cache.ts';

/**
 * Columns that a cache gets beyond what it holds: one copy of all in so many steps. Each costs a step the time to clear
 * it, as GroupQueryAttention makes its copy as wide as the cache.
 */
const SPARE_COLUMNS = 32;

/** Columns to have in reserve for steps of one token: so many that cache and token never pass what the graph rotates. */
export function spareColumns({ cacheLimit = Infinity }: DecoderSession, lengths: Int32Array): number {
  return Math.max(0, Math.min(SPARE_COLUMNS, cacheLimit - 1 - Math.max(...lengths)));
}

/** The indices that `emitColumns` gathers: int64 `[rows, heads, width, 3]`, row `r`'s from column `lengths[r]` on. */
export function columnPlaces(lengths: Int32Array, heads: number, width: number): BigInt64Array {
  const places = new BigInt64Array(lengths.length * heads * width * 3);
  let at = 0;
  lengths.forEach((length, row) => {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < width; i++) {
        places[at++] = BigInt(row);
        places[at++] = BigInt(head);
        places[at++] = BigInt(length + i);
      }
    }
  });
  return places;
}

/** An empty cache with room for `padded` columns, of the tensors named. */
export function blankCache(
  { shape }: DecoderSession,
  { names, rows, padded }: { names: readonly string[]; rows: number; padded: number },
): KvCache {
  const { kvHeads, headDim, cacheType: type } = shape;
  const dims = [rows, kvHeads, padded, headDim];
  const size = dims.reduce((a, b) => a * b) * BYTES[type];
  return new KvCache({
    lengths: new Int32Array(rows),
    padded,
    mask: new BigInt64Array(rows * padded),
    tensors: Object.fromEntries(
      names.map((name) => [name, tensorFromBytes(type, new Uint8Array(size), dims)]),
    ),
  });
}

const BYTES: Readonly<Record<CacheType, number>> = { float32: 4, float16: 2, int8: 1 };

/**
 * The cache with each row's new columns behind those it has. It is written over where it has room: go on with the one
 * returned.
 *
 * @param columns `[tensors * rows, heads, width, headDim]`, as `emitColumns` puts them out.
 * @param counts of the `width` columns those that are tokens; the others are padding.
 */
export function appendColumns(
  session: DecoderSession,
  cache: KvCache,
  { columns, counts }: { columns: Tensor; counts: readonly number[] },
): KvCache {
  const [, heads, width] = columns.dims as [number, number, number, number];
  const lengths = Int32Array.from(cache.lengths, (length, row) => length + counts[row]!);
  const full = Math.max(...lengths) > cache.padded;
  const spare = width === 1 ? spareColumns(session, lengths) : 0;
  const { padded, mask, tensors } = full ? rewidened(cache, Math.max(...lengths) + spare) : cache;
  const source = tensorBytes(columns);
  const blocks = columns.dims[0]! * heads;
  const column = source.length / (blocks * width);
  Object.values(tensors).forEach((tensor, t) => {
    const target = tensorBytes(tensor);
    counts.forEach((count, row) => {
      for (let head = 0; head < heads; head++) {
        const from = ((t * counts.length + row) * heads + head) * width * column;
        const to = ((row * heads + head) * padded + cache.lengths[row]!) * column;
        target.set(source.subarray(from, from + count * column), to);
      }
    });
  });
  counts.forEach((count, row) => {
    const end = row * padded + lengths[row]!;
    mask.fill(1n, end - count, end);
  });
  return new KvCache({ lengths, padded, mask, tensors });
}

/** A packed cache in `padded` columns. */
export function rewidened(cache: KvCache, padded: number): KvCache {
  const rows = Array.from(cache.lengths, (_, row) => ({ cache, row }));
  return gatherRows(rows, 'packed', padded - Math.max(...cache.lengths));
}
