import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure } from '@quantloop/onnx';
import { type Tensor, tensorBytes, tensorFromBytes } from '@quantloop/runtime';

interface Place {
  type: Tensor.Type;
  dims: readonly number[];
  offset: number;
  length: number;
}

interface Entry {
  file: string;
  handle: FileHandle;
  size: number;
  places: Place[];
}

/**
 * Tensors on disk: for each name one for every batch, in a file of its own. What is written soon after is read from
 * the page cache; memory does not grow with the number of batches.
 *
 * @throws QuantloopError `disk-full`
 */
export class Spill implements AsyncDisposable {
  readonly #folder: string;
  readonly #entries = new Map<string, Entry>();
  #files = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param folder is made, and removed in the end */
  static async open(folder: string): Promise<Spill> {
    await mkdir(folder, { recursive: true });
    return new Spill(folder);
  }

  /** Appends the tensor of the next batch. */
  async append(name: string, tensor: Tensor): Promise<void> {
    const entry = this.#entries.get(name) ?? (await this.#create(name));
    const bytes = tensorBytes(tensor);
    try {
      for (let done = 0; done < bytes.byteLength;) {
        const { bytesWritten } = await entry.handle.write(bytes, done, undefined, entry.size + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw diskFailure(entry.file, error);
    }
    entry.places.push({
      type: tensor.type,
      dims: [...tensor.dims],
      offset: entry.size,
      length: bytes.byteLength,
    });
    entry.size += bytes.byteLength;
  }

  /** Type and shape of a batch's tensor; undefined for a name that is not there. */
  describe(name: string, batch: number): Pick<Place, 'type' | 'dims'> | undefined {
    return this.#entries.get(name)?.places[batch];
  }

  async read(name: string, batch: number): Promise<Tensor> {
    const entry = this.#entries.get(name);
    const place = entry?.places[batch];
    if (entry === undefined || place === undefined)
      throw new RangeError(`No tensor "${name}" of batch ${batch}.`);
    const bytes = new Uint8Array(place.length);
    for (let done = 0; done < place.length;) {
      const { bytesRead } = await entry.handle.read(bytes, done, place.length - done, place.offset + done);
      if (bytesRead === 0) throw new RangeError(`${entry.file} ends before its tensor "${name}".`);
      done += bytesRead;
    }
    return tensorFromBytes(place.type, bytes, place.dims);
  }

  /** Forgets a name; one that is not there is no error. */
  async drop(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    await entry.handle.close();
    await rm(entry.file, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [...this.#entries.keys()]) await this.drop(name);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #create(name: string): Promise<Entry> {
    const file = join(this.#folder, `${this.#files++}`);
    const entry = { file, handle: await open(file, 'w+'), size: 0, places: [] };
    this.#entries.set(name, entry);
    return entry;
  }
}
