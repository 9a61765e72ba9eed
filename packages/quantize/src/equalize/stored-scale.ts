import type { Station } from './station.ts';

/** A station's scale for the checkpoint: length of its name (uint32), name, factors as float64, little-endian. */
export function writeScale(scale: Float64Array, { input }: Station): Uint8Array {
  const name = Buffer.from(input);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(name.length);
  return Buffer.concat([length, name, Buffer.from(scale.buffer, scale.byteOffset, scale.byteLength)]);
}

/** The scale that {@link writeScale} wrote; undefined for one of another station. */
export function readScale(bytes: Uint8Array, { input, k }: Station): Float64Array | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + buffer.readUInt32LE(0);
  if (buffer.toString('utf8', 4, start) !== input || buffer.length !== start + 8 * k) return undefined;
  return new Float64Array(Uint8Array.from(buffer.subarray(start)).buffer);
}
