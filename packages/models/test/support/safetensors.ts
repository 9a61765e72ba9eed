import { writeFileSync } from 'node:fs';

export interface RawTensor {
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

/** A safetensors file: header length, header, data. `edit` may spoil the header before it is written. */
export function encodeSafetensors(
  tensors: Record<string, RawTensor>,
  edit: (header: Record<string, unknown>) => unknown = (header) => header,
): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, (offset += bytes.length)] };
  }
  const edited = edit(header);
  const text = Buffer.from(typeof edited === 'string' ? edited : JSON.stringify(edited));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(tensors).map(({ bytes }) => bytes)]);
}

export function writeSafetensors(file: string, tensors: Record<string, RawTensor>): void {
  writeFileSync(file, encodeSafetensors(tensors));
}
