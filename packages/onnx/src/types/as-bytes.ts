/** The bytes behind a typed array, buffer or view, without a copy. Every platform Node runs on is little-endian. */
export function asBytes(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
