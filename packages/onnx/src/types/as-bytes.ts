/** The bytes behind a typed array, buffer or view, without a copy. Every platform Node runs on is little-endian. */
export function asBytes<Buffer extends ArrayBufferLike>(data: ArrayBufferView<Buffer>): Uint8Array<Buffer> {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
