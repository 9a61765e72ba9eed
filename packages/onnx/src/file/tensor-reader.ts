import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { QuantloopError } from '@quantloop/core';
import { ONNX_TYPES, type OnnxType, onnxTypeOf, tensorByteLength } from '../types/onnx-type.ts';
import { toFloat32 } from '../types/to-float32.ts';
import { corruptModel } from './corrupt-model.ts';
import { type ExternalEntry, externalEntry, resolveExternal } from './external-location.ts';
import type { ModelProto, TensorProto } from './generated/onnx_pb.ts';
import { inlineData } from './inline-data.ts';
import { readModel } from './read-model.ts';

export interface TensorInfo {
  name: string;
  type: OnnxType;
  dims: number[];
  byteLength: number;
  external: boolean;
}

/** Some rows and columns of a matrix. */
export interface MatrixBlock {
  firstRow: number;
  rows: number;
  firstColumn: number;
  columns: number;
}

/** One read of a file handle moves at most this much (Node refuses 2 GiB and more). */
const MAX_READ_BYTES = 2 ** 30;

/**
 * Reads the bytes of a model's initializers, one at a time and only when asked, wherever they are stored: `raw_data`,
 * typed fields, or external data. Edits to the model after construction do not move what the reader sees.
 *
 * @throws QuantloopError `model-corrupt`, naming file and tensor, for an unknown name, a size that does not follow from
 * type and shape, external data outside the folder or beyond the end of its file
 */
export class TensorReader implements AsyncDisposable {
  readonly model: ModelProto;
  readonly #file: string;
  readonly #tensors: Map<string, TensorProto>;
  #bytesRead = 0;
  readonly #handles = new Map<string, Promise<{ handle: FileHandle; size: number }>>();

  /** @param options.file path of the model: external data is looked up beside it */
  constructor(options: { model: ModelProto; file: string }) {
    this.model = options.model;
    this.#file = options.file;
    this.#tensors = new Map(options.model.graph?.initializer.map((tensor) => [tensor.name, tensor]));
  }

  /** Opens a model file and a reader over it. */
  static async open(file: string): Promise<TensorReader> {
    return new TensorReader({ model: await readModel(file), file });
  }

  /** Bytes read from external data so far. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  names(): string[] {
    return [...this.#tensors.keys()];
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** The message of an initializer as it was when the reader was made. Another reader of the same file takes it too. */
  tensor(name: string): TensorProto {
    return this.#find(name);
  }

  /** Type, shape and size of an initializer, from the graph alone. */
  info(tensor: string | TensorProto): TensorInfo {
    return this.#describe(this.#find(tensor)).info;
  }

  /** Checks that all bytes of a tensor are there, without reading external ones. */
  async check(tensor: string | TensorProto): Promise<void> {
    const proto = this.#find(tensor);
    const { info, entry } = this.#describe(proto);
    if (entry === undefined) this.#inline(proto, info);
    else await this.#external(entry, info);
  }

  /** All bytes of an initializer, little-endian, in memory of their own. */
  async read(tensor: string | TensorProto): Promise<Uint8Array<ArrayBuffer>> {
    const { byteLength } = this.info(tensor);
    return this.readRange(tensor, { offset: 0, length: byteLength });
  }

  /** Some bytes of an initializer; `offset` and `length` count bytes. */
  async readRange(
    tensor: string | TensorProto,
    range: { offset: number; length: number },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const proto = this.#find(tensor);
    const { info, entry } = this.#describe(proto);
    const { offset, length } = range;
    if (!(offset >= 0 && length >= 0 && offset + length <= info.byteLength)) {
      throw new RangeError(
        `Bytes ${offset}+${length} lie outside "${info.name}" (${info.byteLength} bytes).`,
      );
    }
    if (entry === undefined)
      return Uint8Array.from(this.#inline(proto, info).subarray(offset, offset + length));
    const handle = await this.#external(entry, info);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const step = Math.min(MAX_READ_BYTES, length - done);
      const { bytesRead } = await handle.read(bytes, done, step, entry.offset + offset + done);
      if (bytesRead === 0) throw this.#cutShort(entry, info);
      done += bytesRead;
      this.#bytesRead += bytesRead;
    }
    return bytes;
  }

  /** A floating point initializer (or `count` elements from element `start`) as float32. */
  async readFloat32(
    tensor: string | TensorProto,
    range: { start?: number; count?: number } = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    const { type, byteLength } = this.info(tensor);
    const width = ONNX_TYPES[type].bits / 8;
    const start = range.start ?? 0;
    const count = range.count ?? byteLength / width - start;
    return toFloat32(type, await this.readRange(tensor, { offset: start * width, length: count * width }));
  }

  /**
   * A block of a floating point matrix as float32, row-major. Rows are read one by one without giving up the thread: a
   * turn of the event loop for each would take longer than the read.
   *
   * @param into.out where the numbers go, at least as long. @default new memory
   * @param into.stride numbers from the start of one row there to that of the next. @default one after the other
   */
  async readBlock(
    tensor: string | TensorProto,
    block: MatrixBlock,
    into: { out?: Float32Array<ArrayBuffer>; stride?: number } = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    const proto = this.#find(tensor);
    const { info, entry } = this.#describe(proto);
    const [, width] = info.dims as [number, number];
    requireInside(block, info);
    const { stride = block.columns } = into;
    // Before memory is asked for: the shape may claim more than there is.
    const inline = entry === undefined ? this.#inline(proto, info) : undefined;
    const fd = entry === undefined ? undefined : (await this.#external(entry, info)).fd;
    const target = into.out?.subarray(0, block.rows * stride) ?? new Float32Array(block.rows * stride);
    const element = ONNX_TYPES[info.type].bits / 8;
    const direct = info.type === 'float32';
    const bytes = direct
      ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
      : new Uint8Array(block.rows * block.columns * element);
    // Whole rows follow one another, here as in the file.
    const runs = block.columns === width && stride === width ? 1 : block.rows;
    const length = (block.rows * block.columns * element) / runs;
    const apart = direct && runs > 1 ? stride * element : length;
    for (let run = 0; run < runs; run++) {
      const offset = ((block.firstRow + run) * width + block.firstColumn) * element;
      if (inline !== undefined) bytes.set(inline.subarray(offset, offset + length), run * apart);
      for (let done = inline === undefined ? 0 : length; done < length;) {
        const step = Math.min(MAX_READ_BYTES, length - done);
        const read = readSync(fd!, bytes, run * apart + done, step, entry!.offset + offset + done);
        if (read === 0) throw this.#cutShort(entry!, info);
        done += read;
        this.#bytesRead += read;
      }
    }
    if (direct) return target;
    const values = toFloat32(info.type, bytes);
    const { columns } = block;
    if (stride === columns) target.set(values);
    else {
      for (let row = 0; row < block.rows; row++)
        target.set(values.subarray(row * columns, (row + 1) * columns), row * stride);
    }
    return target;
  }

  /** The bytes of an initializer in pieces. @param chunkBytes default 16 MiB */
  async *chunks(tensor: string | TensorProto, chunkBytes = 2 ** 24): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { byteLength } = this.info(tensor);
    for (let offset = 0; offset < byteLength; offset += chunkBytes) {
      yield await this.readRange(tensor, { offset, length: Math.min(chunkBytes, byteLength - offset) });
    }
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#handles.values());
    this.#handles.clear();
    for (const result of opened) if (result.status === 'fulfilled') await result.value.handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #find(tensor: string | TensorProto): TensorProto {
    if (typeof tensor !== 'string') return tensor;
    const proto = this.#tensors.get(tensor);
    if (proto !== undefined) return proto;
    throw corruptModel({ file: this.#file, tensor, problem: 'the model has no such initializer' });
  }

  #describe(tensor: TensorProto): { info: TensorInfo; entry: ExternalEntry | undefined } {
    const { name } = tensor;
    const fail = (problem: string) => corruptModel({ file: this.#file, tensor: name, problem });
    const type = onnxTypeOf(tensor.dataType);
    if (type === undefined) throw fail(`unknown element type ${tensor.dataType}`);
    if (type === 'string') {
      const hint = 'Only numeric tensors can be read.';
      throw new QuantloopError({
        code: 'unsupported',
        message: `${this.#file}: "${name}" holds strings.`,
        hint,
      });
    }
    const dims = tensor.dims.map(Number);
    if (dims.some((dim) => dim < 0)) throw fail(`negative dimension in [${dims.join(', ')}]`);
    const byteLength = tensorByteLength(type, dims);
    if (!Number.isSafeInteger(byteLength)) throw fail(`impossible shape [${dims.join(', ')}]`);
    const entry = externalEntry(tensor, this.#file);
    if (entry?.length !== undefined && entry.length !== byteLength) {
      throw fail(`external length ${entry.length} where ${type} [${dims.join(', ')}] needs ${byteLength}`);
    }
    return { info: { name, type, dims, byteLength, external: entry !== undefined }, entry };
  }

  #inline(tensor: TensorProto, info: TensorInfo): Uint8Array {
    const bytes = inlineData(tensor, info.type);
    if (bytes.byteLength === info.byteLength) return bytes;
    const shape = `${info.type} [${info.dims.join(', ')}]`;
    const problem = `holds ${bytes.byteLength} bytes where ${shape} needs ${info.byteLength}`;
    throw corruptModel({ file: this.#file, tensor: info.name, problem });
  }

  async #external(entry: ExternalEntry, info: TensorInfo): Promise<FileHandle> {
    const { handle, size } = await this.#open(entry.location, info.name);
    if (entry.offset + info.byteLength <= size) return handle;
    const problem = `external data "${entry.location}" ends at byte ${size}, before ${entry.offset} + ${info.byteLength}`;
    throw corruptModel({ file: this.#file, tensor: info.name, problem });
  }

  #cutShort({ location }: ExternalEntry, { name }: TensorInfo): QuantloopError {
    const problem = `external data "${location}" was cut short while it was read`;
    return corruptModel({ file: this.#file, tensor: name, problem });
  }

  #open(location: string, tensor: string): Promise<{ handle: FileHandle; size: number }> {
    let opened = this.#handles.get(location);
    if (opened === undefined) {
      opened = resolveExternal({ file: this.#file, location, tensor }).then(async ({ path, size }) => ({
        handle: await open(path, 'r'),
        size,
      }));
      this.#handles.set(location, opened);
    }
    return opened;
  }
}

function requireInside(block: MatrixBlock, { name, dims }: TensorInfo): void {
  const { firstRow, rows, firstColumn, columns } = block;
  const fits = (first: number, count: number, size = 0) => first >= 0 && count >= 0 && first + count <= size;
  if (dims.length === 2 && fits(firstRow, rows, dims[0]) && fits(firstColumn, columns, dims[1])) return;
  const place = `Rows ${firstRow}+${rows}, columns ${firstColumn}+${columns}`;
  throw new RangeError(`${place} lie outside "${name}" [${dims.join(', ')}].`);
}
