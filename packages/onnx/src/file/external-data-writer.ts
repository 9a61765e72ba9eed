import { writeSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { asBytes } from '../types/as-bytes.ts';
import { elementCount, ONNX_TYPES, type OnnxType, tensorByteLength } from '../types/onnx-type.ts';
import { diskFailure } from './disk-failure.ts';
import { EXTERNAL } from './external-location.ts';
import { type TensorProto, TensorProtoSchema } from './generated/onnx_pb.ts';
import type { TensorReader } from './tensor-reader.ts';
import { syncFolder, temporaryName } from './write-atomically.ts';

/** A page, as onnx.proto advises for mapping; only from 1 MiB on, so that padding never costs more than 0.4 %. */
const PAGE_ALIGNMENT = 4096;
const PAGE_ALIGNED_FROM = 2 ** 20;
/** A cache line, and the widest vector load of any kernel. */
const SMALL_ALIGNMENT = 64;

export interface TensorShape {
  name: string;
  type: OnnxType;
  dims: readonly number[];
}

/** A typed array or view, or the bytes in pieces. */
export type TensorData = ArrayBufferView | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Space in the data file for one tensor, to be filled in any order. */
export interface ReservedTensor {
  /** Goes into the graph's initializers. */
  tensor: TensorProto;
  byteLength: number;
  /** Writes at a byte offset inside the tensor. Synchronous: a transposition writes many short runs. */
  write(bytes: Uint8Array, offset: number): void;
}

/**
 * Streams tensors into one external data file, in memory no more than the piece being written. The file appears under
 * its name with {@link commit}; without it nothing is left behind. Write the model after the commit.
 *
 * @throws QuantloopError `disk-full`
 */
export class ExternalDataWriter implements AsyncDisposable {
  readonly #file: string;
  readonly #temporary: string;
  readonly #location: string;
  readonly #inlineBytes: number;
  readonly #handle: FileHandle;
  readonly #owned = new WeakSet<TensorProto>();
  readonly #unwritten = new Map<string, number>();
  #size = 0;
  #open = true;

  private constructor(options: {
    file: string;
    temporary: string;
    location: string;
    inlineBytes: number;
    handle: FileHandle;
  }) {
    this.#file = options.file;
    this.#temporary = options.temporary;
    this.#location = options.location;
    this.#inlineBytes = options.inlineBytes;
    this.#handle = options.handle;
  }

  /**
   * @param options.location file name of the data, default `model.onnx_data`
   * @param options.inlineBytes tensors up to this size stay inside the model, default 1024: ONNX Runtime reads the
   * constants of shape inference (axes, shapes) only from there
   */
  static async open(options: {
    folder: string;
    location?: string;
    inlineBytes?: number;
  }): Promise<ExternalDataWriter> {
    const location = options.location ?? 'model.onnx_data';
    const file = join(options.folder, location);
    const temporary = temporaryName(file);
    const handle = await open(temporary, 'wx');
    return new ExternalDataWriter({
      file,
      temporary,
      location,
      inlineBytes: options.inlineBytes ?? 1024,
      handle,
    });
  }

  /** Bytes of the data file so far, padding included. */
  get size(): number {
    return this.#size;
  }

  /** Whether a tensor is stored through this writer. */
  owns(tensor: TensorProto): boolean {
    return this.#owned.has(tensor);
  }

  /** Stores a tensor; the result goes into the graph's initializers. */
  async append(tensor: TensorShape & { data: TensorData }): Promise<TensorProto> {
    const { data } = tensor;
    const pieces = ArrayBuffer.isView(data) ? [asBytes(data)] : data;
    const byteLength = tensorByteLength(tensor.type, tensor.dims);
    const inline = byteLength <= this.#inlineBytes ? new Uint8Array(byteLength) : undefined;
    const region = inline === undefined ? this.reserve(tensor) : undefined;
    let written = 0;
    for await (const piece of pieces) {
      if (written + piece.byteLength > byteLength) throw wrongSize(tensor, byteLength);
      if (region === undefined) inline!.set(piece, written);
      else region.write(piece, written);
      written += piece.byteLength;
    }
    if (written !== byteLength) throw wrongSize(tensor, byteLength, written);
    if (region !== undefined) return region.tensor;
    const proto = create(TensorProtoSchema, { ...describe(tensor), rawData: inline! });
    this.#owned.add(proto);
    return proto;
  }

  /**
   * The bytes of a tensor stored before, under another name and shape: the data file holds them once, and ONNX Runtime
   * maps them once.
   */
  alias(tensor: TensorProto, as: Pick<TensorShape, 'name' | 'dims'>): TensorProto {
    const { dims } = tensor;
    if (!this.#owned.has(tensor) || elementCount(as.dims) !== elementCount(dims.map(Number))) {
      throw new RangeError(
        `"${as.name}" [${as.dims.join(', ')}] is no other view of "${tensor.name}" [${dims.join(', ')}].`,
      );
    }
    const proto = create(TensorProtoSchema, { ...tensor, name: as.name, dims: as.dims.map(BigInt) });
    this.#owned.add(proto);
    return proto;
  }

  /** Stores a tensor of another model unchanged, piece by piece. */
  async copy(reader: TensorReader, name: string | TensorProto, as?: string): Promise<TensorProto> {
    const info = reader.info(name);
    return this.append({
      name: as ?? info.name,
      type: info.type,
      dims: info.dims,
      data: reader.chunks(name),
    });
  }

  /** Makes room for a tensor whose bytes come in any order, each exactly once. */
  reserve(tensor: TensorShape): ReservedTensor {
    const byteLength = tensorByteLength(tensor.type, tensor.dims);
    const alignment = byteLength >= PAGE_ALIGNED_FROM ? PAGE_ALIGNMENT : SMALL_ALIGNMENT;
    const start = Math.ceil(this.#size / alignment) * alignment;
    this.#size = start + byteLength;
    this.#unwritten.set(tensor.name, byteLength);
    const proto = create(TensorProtoSchema, {
      ...describe(tensor),
      dataLocation: EXTERNAL,
      externalData: [
        { key: 'location', value: this.#location },
        { key: 'offset', value: String(start) },
        { key: 'length', value: String(byteLength) },
      ],
    });
    this.#owned.add(proto);
    const write = (bytes: Uint8Array, offset: number): void => {
      if (offset < 0 || offset + bytes.byteLength > byteLength) throw wrongSize(tensor, byteLength);
      this.#write(bytes, start + offset);
      this.#unwritten.set(tensor.name, this.#unwritten.get(tensor.name)! - bytes.byteLength);
    };
    return { tensor: proto, byteLength, write };
  }

  /** Puts the file in place: fsync, rename. When nothing was written outside the model there is no file. */
  async commit(): Promise<void> {
    for (const [name, bytes] of this.#unwritten) {
      if (bytes !== 0) throw new RangeError(`Tensor "${name}" lacks ${bytes} of its bytes.`);
    }
    if (this.#size === 0) return this.discard();
    try {
      await this.#handle.sync();
      await this.#close();
      await rename(this.#temporary, this.#file);
      await syncFolder(dirname(this.#file));
    } catch (error) {
      await this.discard();
      throw diskFailure(this.#file, error);
    }
  }

  /** Removes what was written; nothing happens after a commit. */
  async discard(): Promise<void> {
    await this.#close();
    await rm(this.#temporary, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }

  #write(bytes: Uint8Array, position: number): void {
    try {
      for (let done = 0; done < bytes.byteLength;) {
        done += writeSync(this.#handle.fd, bytes, done, bytes.byteLength - done, position + done);
      }
    } catch (error) {
      throw diskFailure(this.#file, error);
    }
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }
}

function describe(tensor: TensorShape): { name: string; dataType: number; dims: bigint[] } {
  return { name: tensor.name, dataType: ONNX_TYPES[tensor.type].code, dims: tensor.dims.map(BigInt) };
}

function wrongSize(tensor: TensorShape, expected: number, got?: number): RangeError {
  const shape = `${tensor.type} [${tensor.dims.join(', ')}]`;
  return new RangeError(`"${tensor.name}" ${shape} takes ${expected} bytes, not ${got ?? 'more'}.`);
}
