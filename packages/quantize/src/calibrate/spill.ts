import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure } from '@quantloop/onnx';
import { freeTensor, type Tensor, tensorBytes, tensorFromBytes } from '@quantloop/runtime';

interface Place {
  type: Tensor.Type;
  dims: readonly number[];
  length: number;
  /** Where its bytes are; undefined once they have been read for the last time. */
  at: { tensor: Tensor } | { offset: number } | undefined;
}

/** A tensor for as long as it is needed: whoever has it gives it back, and does not look at it any more. */
export interface Loan {
  tensor: Tensor;
  giveBack(): void;
}

/**
 * Bytes that stay in memory. With 128 MiB instead, 134 million weights and 128 texts of 512 tokens took 200 MiB more than
 * with 32 texts, as freed memory does not fit together again, for a few hundredths of the time.
 */
const IN_MEMORY = 2 ** 25;

/**
 * Tensors that wait to be read: for each name one for every batch. Up to `IN_MEMORY` bytes are held as they are, all
 * others are in one file, so that memory does not grow with the number of batches.
 *
 * @throws QuantloopError `disk-full`
 */
export class Spill implements AsyncDisposable {
  readonly #folder: string;
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #places = new Map<string, Place[]>();
  /** Bytes held in memory. */
  #held = 0;
  /** End of what has been written. */
  #end = 0;
  /** Offsets that can be written again, by length: pages that the file has already cost half as much. */
  readonly #free = new Map<number, number[]>();

  private constructor(folder: string, file: string, handle: FileHandle) {
    this.#folder = folder;
    this.#file = file;
    this.#handle = handle;
  }

  /** @param folder is made, and removed in the end */
  static async open(folder: string): Promise<Spill> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'values');
    return new Spill(folder, file, await open(file, 'w+'));
  }

  /** Takes over the tensor of the next batch. */
  async append(name: string, tensor: Tensor): Promise<void> {
    const places = this.#places.get(name) ?? [];
    this.#places.set(name, places);
    const { byteLength: length } = tensorBytes(tensor);
    const place: Place = { type: tensor.type, dims: [...tensor.dims], length, at: undefined };
    if (this.#held + length <= IN_MEMORY) {
      this.#held += length;
      // An output in float16 cannot be fed again as it is.
      place.at = { tensor: tensorFromBytes(tensor.type, tensorBytes(tensor), tensor.dims) };
    } else {
      place.at = { offset: await this.#write(tensorBytes(tensor)) };
      freeTensor(tensor);
    }
    places.push(place);
  }

  /** Type and shape of a batch's tensor; undefined for a name that is not there. */
  describe(name: string, batch: number): Pick<Place, 'type' | 'dims'> | undefined {
    return this.#places.get(name)?.[batch];
  }

  /** @param last nobody will ask for it again */
  async borrow(name: string, batch: number, last: boolean): Promise<Loan> {
    const place = this.#places.get(name)?.[batch];
    if (place?.at === undefined) throw new RangeError(`No tensor "${name}" of batch ${batch}.`);
    const forget = () => last && this.#forget(place);
    if ('tensor' in place.at) return { tensor: place.at.tensor, giveBack: forget };
    const tensor = tensorFromBytes(place.type, await this.#read(place.at.offset, place.length), place.dims);
    return {
      tensor,
      giveBack: () => {
        freeTensor(tensor);
        forget();
      },
    };
  }

  /** Forgets a name; one that is not there is no error. */
  drop(name: string): void {
    for (const place of this.#places.get(name) ?? []) this.#forget(place);
    this.#places.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#places.keys()) this.drop(name);
    await this.#handle.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #forget(place: Place): void {
    const { at, length } = place;
    place.at = undefined;
    if (at === undefined) return;
    if ('tensor' in at) {
      this.#held -= length;
      freeTensor(at.tensor);
    } else this.#free.set(length, [...(this.#free.get(length) ?? []), at.offset]);
  }

  async #write(bytes: Uint8Array): Promise<number> {
    const { byteLength } = bytes;
    let offset = this.#free.get(byteLength)?.pop();
    if (offset === undefined) {
      offset = this.#end;
      this.#end += byteLength;
    }
    try {
      for (let done = 0; done < byteLength;)
        done += (await this.#handle.write(bytes, done, undefined, offset + done)).bytesWritten;
    } catch (error) {
      throw diskFailure(this.#file, error);
    }
    return offset;
  }

  async #read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    // Not filled with zeros first, unlike a typed array.
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await this.#handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw new RangeError(`${this.#file} ends before ${offset + length} bytes.`);
      done += bytesRead;
    }
    return bytes;
  }
}
