import { open, readFile, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { asBytes, diskFailure } from '@quantloop/onnx';
import { z } from 'zod';
import { BINS } from './histogram.ts';
import type { InputStatistics } from './input-statistics.ts';

const TABLE = 'statistics.json';
const DATA = 'statistics.bin';

const Station = z.strictObject({
  /** Name of the value that linear layers read. */
  value: z.string(),
  k: z.int().positive(),
  rows: z.int().nonnegative(),
  /** Of the histogram's range. */
  limit: z.number().positive(),
  /** Bytes into the data file: low [k], high [k], absMean [k], counts [2 · BINS], moments [k, k]. */
  offset: z.int().nonnegative(),
});
type Station = z.infer<typeof Station>;

const Table = z.strictObject({
  schemaVersion: z.literal(1),
  /** Bins of a histogram on each side of 0. */
  bins: z.literal(BINS),
  stations: z.array(Station),
});

/** Bytes in front of a station's moments. */
const headBytes = (k: number): number => 4 * (3 * k + 2 * BINS);

/**
 * Writes statistics into a folder: `statistics.json`, and `statistics.bin` with little-endian float32. Counts above 2^24
 * are rounded to 24 bits. The table comes last: without it there are no statistics.
 */
export class StatisticsWriter implements AsyncDisposable {
  readonly #folder: string;
  readonly #handle: FileHandle;
  readonly #stations: Station[] = [];
  #size = 0;

  private constructor(folder: string, handle: FileHandle) {
    this.#folder = folder;
    this.#handle = handle;
  }

  static async open(folder: string): Promise<StatisticsWriter> {
    return new StatisticsWriter(folder, await open(join(folder, DATA), 'w'));
  }

  async append(value: string, statistics: InputStatistics, moments: Float32Array): Promise<void> {
    const { rows, low, high, absMean, histogram } = statistics;
    const { limit, counts } = histogram;
    this.#stations.push({ value, k: low.length, rows, limit, offset: this.#size });
    for (const part of [low, high, absMean, Float32Array.from(counts), moments]) {
      const bytes = asBytes(part);
      try {
        for (let done = 0; done < bytes.byteLength;) {
          done += (await this.#handle.write(bytes, done, undefined, this.#size + done)).bytesWritten;
        }
      } catch (error) {
        throw diskFailure(join(this.#folder, DATA), error);
      }
      this.#size += bytes.byteLength;
    }
  }

  async commit(): Promise<void> {
    const table: z.infer<typeof Table> = { schemaVersion: 1, bins: BINS, stations: this.#stations };
    await this.#handle.sync();
    await writeFile(join(this.#folder, TABLE), `${JSON.stringify(table, null, 2)}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Statistics of a folder, read value by value: memory holds what was asked for last. */
export class Statistics {
  readonly #file: string;
  readonly #stations: ReadonlyMap<string, Station>;

  private constructor(file: string, stations: readonly Station[]) {
    this.#file = file;
    this.#stations = new Map(stations.map((station) => [station.value, station]));
  }

  /** @throws QuantloopError `artifact-corrupt` for a folder that holds no statistics */
  static async open(folder: string): Promise<Statistics> {
    const file = join(folder, TABLE);
    try {
      const { stations } = Table.parse(JSON.parse(await readFile(file, 'utf8')));
      return new Statistics(join(folder, DATA), stations);
    } catch (cause) {
      throw new QuantloopError({
        code: 'artifact-corrupt',
        message: `${file} holds no statistics of this version.`,
        hint: 'Collect them again.',
        cause,
      });
    }
  }

  /** Names of the values, in the order of the graph. */
  get values(): string[] {
    return [...this.#stations.keys()];
  }

  /** Everything but the moments, which are k times as large. */
  async inputs(value: string): Promise<InputStatistics> {
    const { k, rows, limit, offset } = this.#station(value);
    const data = await this.#read(offset, headBytes(k) / 4);
    const counts = Float64Array.from(data.subarray(3 * k));
    const channels = (index: number) => data.slice(index * k, (index + 1) * k);
    return { rows, low: channels(0), high: channels(1), absMean: channels(2), histogram: { limit, counts } };
  }

  /** Σ xᵀx over the rows, [k, k] row-major. */
  async moments(value: string): Promise<Float32Array<ArrayBuffer>> {
    const { k, offset } = this.#station(value);
    return this.#read(offset + headBytes(k), k * k);
  }

  #station(value: string): Station {
    const station = this.#stations.get(value);
    if (station !== undefined) return station;
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `The statistics say nothing of "${value}".`,
      hint: 'Collect them from the model that is to be quantized.',
    });
  }

  async #read(offset: number, count: number): Promise<Float32Array<ArrayBuffer>> {
    await using handle = await open(this.#file);
    const data = new Float32Array(count);
    const bytes = new Uint8Array(data.buffer);
    for (let done = 0; done < bytes.byteLength;) {
      const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, offset + done);
      if (bytesRead === 0) {
        throw new QuantloopError({
          code: 'artifact-corrupt',
          message: `${this.#file} ends too early, at byte ${offset + done}.`,
          hint: 'Collect the statistics again.',
        });
      }
      done += bytesRead;
    }
    return data;
  }
}
