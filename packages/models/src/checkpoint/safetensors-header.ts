import type { FileHandle } from 'node:fs/promises';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import { duplicateKey } from './duplicate-key.ts';

/** Bytes per element of the dtypes of the safetensors format. */
const DTYPE_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

/** The reference implementation's limit: a longer header is taken for an attack. */
const MAX_HEADER_BYTES = 100_000_000;

const HeaderTensor = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

export interface StoredTensor {
  name: string;
  /** As the file names it: `F32`, `F16`, `BF16`, … */
  dtype: string;
  shape: number[];
  /** Path of the file. */
  file: string;
  /** Of the first byte, from the start of the file. */
  offset: number;
  byteLength: number;
}

/** The failure of a checkpoint that cannot be trusted. */
export function corruptCheckpoint(file: string, problem: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'model-corrupt',
    message: `${file}: ${problem}`,
    hint: 'Download or copy the checkpoint again; the file on disk is damaged or incomplete.',
    cause,
  });
}

/**
 * Reads and checks the header of a safetensors file: every tensor's place follows from dtype and shape, and the
 * tensors fill the file without overlap, gap or rest, as the reference implementation demands.
 *
 * @throws QuantloopError `model-corrupt`, naming the file and the tensor
 */
export async function readSafetensorsHeader(handle: FileHandle, file: string): Promise<StoredTensor[]> {
  const { size } = await handle.stat();
  if (size < 8) throw corruptCheckpoint(file, `${size} bytes are too few for a safetensors file`);
  const prefix = await readExactly(handle, file, 0, 8);
  const headerLength = Number(prefix.readBigUInt64LE());
  if (headerLength > MAX_HEADER_BYTES) {
    throw corruptCheckpoint(
      file,
      `the header claims ${headerLength} bytes; the limit is ${MAX_HEADER_BYTES}`,
    );
  }
  if (8 + headerLength > size) {
    throw corruptCheckpoint(file, `the header claims ${headerLength} bytes, but the file has ${size}`);
  }
  const text = (await readExactly(handle, file, 8, headerLength)).toString('utf8');
  const header = parseHeader(text, file);
  const start = 8 + headerLength;
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => checkTensor({ name, value, file, start }))
    .sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);

  let end = start;
  for (const tensor of tensors) {
    if (tensor.offset !== end) {
      const what =
        tensor.offset < end
          ? 'overlaps the tensor before it'
          : `leaves a gap of ${tensor.offset - end} bytes`;
      throw corruptCheckpoint(file, `tensor "${tensor.name}" ${what}`);
    }
    end += tensor.byteLength;
    if (end > size) {
      throw corruptCheckpoint(
        file,
        `cut short: tensor "${tensor.name}" ends at byte ${end}, the file at ${size}`,
      );
    }
  }
  if (end !== size) throw corruptCheckpoint(file, `${size - end} bytes belong to no tensor`);
  return tensors;
}

function parseHeader(text: string, file: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw corruptCheckpoint(file, 'the header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw corruptCheckpoint(file, 'the header is not a JSON object');
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw corruptCheckpoint(file, `tensor "${twice}" is there twice`);
  return header as Record<string, unknown>;
}

function checkTensor(options: { name: string; value: unknown; file: string; start: number }): StoredTensor {
  const { name, value, file, start } = options;
  const parsed = HeaderTensor.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw corruptCheckpoint(
      file,
      `tensor "${name}": ${issue?.path.join('.')} ${issue?.message}`,
      parsed.error,
    );
  }
  const { dtype, shape, data_offsets } = parsed.data;
  const byteLength = data_offsets[1] - data_offsets[0];
  const width = Object.hasOwn(DTYPE_BYTES, dtype) ? DTYPE_BYTES[dtype] : undefined;
  const expected = width === undefined ? byteLength : shape.reduce((count, dim) => count * dim, width);
  if (byteLength < 0 || byteLength !== expected) {
    const got = `offsets ${data_offsets.join('–')} span ${byteLength} bytes`;
    throw corruptCheckpoint(
      file,
      `tensor "${name}": ${got}, ${dtype} [${shape.join(', ')}] needs ${expected}`,
    );
  }
  return { name, dtype, shape, file, offset: start + data_offsets[0], byteLength };
}

/** Bytes at a position of a file. @throws QuantloopError `model-corrupt` when the file ends before */
export async function readExactly(
  handle: FileHandle,
  file: string,
  position: number,
  length: number,
): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length;) {
    // Node refuses a read of 2 GiB or more.
    const step = Math.min(2 ** 30, length - done);
    const { bytesRead } = await handle.read(bytes, done, step, position + done);
    if (bytesRead === 0) throw corruptCheckpoint(file, `the file ends before byte ${position + length}`);
    done += bytesRead;
  }
  return bytes;
}
