import { tensorByteLength } from '@quantloop/onnx';
import { z } from 'zod';
import { layoutOf } from '../pack/layout.ts';
import { joinErrors } from '../pack/join-pieces.ts';
import type { PackedPieces, PackedWeight } from '../pack/packed-weight.ts';
import { Storage } from '../pack/storage.ts';

/** A weight, and how it is stored. */
export interface StoredWeight {
  name: string;
  storage: Storage;
}

const Header = z.array(
  z.strictObject({
    name: z.string(),
    storage: Storage,
    error: z.strictObject({ squares: z.number(), errorSquares: z.number(), largest: z.number() }),
  }),
);

/** Finished weights as one run of bytes: length of the header (uint32, little-endian), JSON header, parts in order. */
export function encodeBlock(weights: readonly StoredWeight[], packed: readonly PackedPieces[]): Uint8Array {
  const header = weights.map(({ name, storage }, i) => ({ name, storage, error: joinErrors(packed[i]!) }));
  const text = Buffer.from(JSON.stringify(header satisfies z.infer<typeof Header>));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const data = packed.flatMap((pieces) =>
    pieces[0]!.parts.flatMap((_, part) => pieces.map(({ parts }) => parts[part]!.data)),
  );
  return Buffer.concat([length, text, ...data]);
}

/** The finished weights of a block, or undefined when it holds other weights or other storages. */
export function decodeBlock(bytes: Uint8Array, weights: readonly StoredWeight[]): PackedPieces[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 4 + buffer.readUInt32LE(0);
  const header = Header.parse(JSON.parse(buffer.toString('utf8', 4, offset)));
  const wanted = weights.map(({ name, storage }) => ({ name, storage: Storage.parse(storage) }));
  const found = header.map(({ name, storage }) => ({ name, storage }));
  if (JSON.stringify(found) !== JSON.stringify(wanted)) return undefined;
  return header.map(({ storage, error }) => {
    const parts = layoutOf(storage)
      .parts(storage)
      .map((shape) => {
        const end = offset + tensorByteLength(shape.type, shape.dims);
        const data = Uint8Array.from(buffer.subarray(offset, end));
        offset = end;
        return { ...shape, data };
      });
    return [{ parts, error } satisfies PackedWeight];
  });
}
