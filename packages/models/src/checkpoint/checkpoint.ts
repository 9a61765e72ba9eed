import { type FileHandle, constants, open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { type OnnxType, toFloat32 } from '@quantloop/onnx';
import { resolveInside } from '@quantloop/untrusted';
import { z } from 'zod';
import { readSidecar } from './read-sidecar.ts';
import {
  type StoredTensor,
  corruptCheckpoint,
  readExactly,
  readSafetensorsHeader,
} from './safetensors-header.ts';

const SINGLE_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

const ShardIndex = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Weight dtypes that become float32 on import. */
const FLOAT_DTYPES: Readonly<Record<string, OnnxType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
};

/**
 * The weights of a Hugging Face folder, in one safetensors file or in shards. Only headers are read on opening;
 * tensors are read one at a time, or some rows at a time.
 *
 * @throws QuantloopError `model-corrupt`, naming the file and the tensor
 */
export class Checkpoint implements AsyncDisposable {
  readonly #folder: string;
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  readonly #handles: ReadonlyMap<string, FileHandle>;

  private constructor(folder: string, tensors: Map<string, StoredTensor>, handles: Map<string, FileHandle>) {
    this.#folder = folder;
    this.#tensors = tensors;
    this.#handles = handles;
  }

  /** Opens the checkpoint of a folder and checks every header. */
  static async open(folder: string): Promise<Checkpoint> {
    const shards = await readShardIndex(folder);
    const handles = new Map<string, FileHandle>();
    const tensors = new Map<string, StoredTensor>();
    try {
      for (const [name, expected] of shards) {
        const file = join(folder, name);
        const handle = await openWeights(folder, name);
        handles.set(file, handle);
        const stored = new Map(
          (await readSafetensorsHeader(handle, file)).map((tensor) => [tensor.name, tensor]),
        );
        for (const tensor of expected ?? stored.keys()) {
          const found = stored.get(tensor);
          if (found === undefined) {
            throw corruptCheckpoint(
              file,
              `tensor "${tensor}" is missing, though ${INDEX_FILE} says it is here`,
            );
          }
          tensors.set(tensor, found);
        }
      }
    } catch (error) {
      for (const handle of handles.values()) await handle.close();
      throw error;
    }
    return new Checkpoint(folder, tensors, handles);
  }

  get folder(): string {
    return this.#folder;
  }

  /** Names of the safetensors files, relative to the folder. */
  get files(): string[] {
    return [...this.#handles.keys()].map((file) => relative(this.#folder, file));
  }

  get tensors(): ReadonlyMap<string, StoredTensor> {
    return this.#tensors;
  }

  /**
   * A tensor as float32, or the rows from `start` on, `count` of them (a row: all dimensions after the first).
   *
   * @throws QuantloopError `unsupported` for a dtype that is no plain float
   */
  async read(name: string, rows?: { start: number; count: number }): Promise<Float32Array<ArrayBuffer>> {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw corruptCheckpoint(this.#folder, `tensor "${name}" is missing`);
    const type = Object.hasOwn(FLOAT_DTYPES, tensor.dtype) ? FLOAT_DTYPES[tensor.dtype] : undefined;
    if (type === undefined) {
      throw new QuantloopError({
        code: 'unsupported',
        message: `${tensor.file}: tensor "${name}" is ${tensor.dtype}; weights must be one of ${Object.keys(FLOAT_DTYPES).join(', ')}.`,
        hint: 'Give the unquantized checkpoint: quantloop quantizes it itself.',
      });
    }
    const rowBytes = tensor.byteLength / Math.max(1, tensor.shape[0] ?? 1);
    const start = rows === undefined ? 0 : rows.start * rowBytes;
    const length = rows === undefined ? tensor.byteLength : rows.count * rowBytes;
    if (start < 0 || length < 0 || start + length > tensor.byteLength) {
      throw new RangeError(
        `Rows ${rows?.start}+${rows?.count} lie outside "${name}" [${tensor.shape.join(', ')}].`,
      );
    }
    const handle = this.#handles.get(tensor.file)!;
    return toFloat32(type, await readExactly(handle, tensor.file, tensor.offset + start, length));
  }

  async close(): Promise<void> {
    for (const handle of this.#handles.values()) await handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** File names with the tensors looked for in each; undefined stands for all. */
async function readShardIndex(folder: string): Promise<Map<string, string[] | undefined>> {
  const path = join(folder, INDEX_FILE);
  const text = await readSidecar(folder, INDEX_FILE);
  if (text === undefined) return new Map([[SINGLE_FILE, undefined]]);
  let index: z.infer<typeof ShardIndex>;
  try {
    index = ShardIndex.parse(JSON.parse(text));
  } catch (cause) {
    throw corruptCheckpoint(path, 'not a weight index: it needs a "weight_map" from tensor to file', cause);
  }
  const shards = new Map<string, string[]>();
  for (const [tensor, file] of Object.entries(index.weight_map)) {
    if (!/^[^/\\]+\.safetensors$/.test(file)) {
      throw corruptCheckpoint(
        path,
        `tensor "${tensor}" is said to be in "${file}", which is no file of this folder`,
      );
    }
    const expected = shards.get(file);
    if (expected === undefined) shards.set(file, [tensor]);
    else expected.push(tensor);
  }
  return shards;
}

async function openWeights(folder: string, name: string): Promise<FileHandle> {
  const file = join(folder, name);
  let handle: FileHandle;
  try {
    const place = await resolveInside({ folder, path: name, code: 'model-corrupt' });
    // Without O_NONBLOCK, opening a named pipe waits for ever.
    handle = await open(place, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    if (cause instanceof QuantloopError) throw cause;
    throw new QuantloopError({
      code: 'model-corrupt',
      message: `${file} cannot be opened.`,
      hint: `A checkpoint needs ${SINGLE_FILE}, or ${INDEX_FILE} with its shards. Other formats: convert to safetensors first.`,
      cause,
    });
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw corruptCheckpoint(file, 'not a regular file');
}
