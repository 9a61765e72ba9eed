import { z } from 'zod';
import { tensorByteLength } from '@quantloop/onnx';
import { layoutOf } from '../pack/layout.ts';
import type { PackedWeight } from '../pack/packed-weight.ts';
import { Storage } from '../pack/storage.ts';

const Header = z.strictObject({
  weight: z.string(),
  storage: Storage,
  error: z.strictObject({ squares: z.number(), errorSquares: z.number(), largest: z.number() }),
});

/** A finished weight as one block of bytes: length of the header (uint32, little-endian), JSON header, parts. */
export function encodePacked(weight: string, storage: Storage, packed: PackedWeight): Uint8Array {
  const header = Buffer.from(
    JSON.stringify({ weight, storage, error: packed.error } satisfies z.infer<typeof Header>),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, ...packed.parts.map((part) => part.data)]);
}

/** The weight of a block, or undefined when it is not this weight in this storage. */
export function decodePacked(bytes: Uint8Array, weight: string, storage: Storage): PackedWeight | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + buffer.readUInt32LE(0);
  const header = Header.parse(JSON.parse(buffer.toString('utf8', 4, start)));
  if (header.weight !== weight || JSON.stringify(header.storage) !== JSON.stringify(Storage.parse(storage))) {
    return undefined;
  }
  let offset = start;
  const parts = layoutOf(storage)
    .parts(storage)
    .map((shape) => {
      const end = offset + tensorByteLength(shape.type, shape.dims);
      const data = Uint8Array.from(buffer.subarray(offset, end));
      offset = end;
      return { ...shape, data };
    });
  return offset === bytes.byteLength ? { parts, error: header.error } : undefined;
}
