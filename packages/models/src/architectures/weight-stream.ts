import { QuantloopError } from '@quantloop/core';
import { type ExternalDataWriter, type TensorProto, asBytes, transpose } from '@quantloop/onnx';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { BuildOptions } from './architecture.ts';

/** 16 MiB of float32: small beside any model, and a transposed tile is still written in runs of kilobytes. */
const TILE_ELEMENTS = 2 ** 22;

/** Moves weights from a checkpoint to external data as float32, a tile at a time, counting progress. */
export class WeightStream {
  readonly #checkpoint: Checkpoint;
  readonly #writer: ExternalDataWriter;
  readonly #options: BuildOptions;
  readonly #total: number;
  readonly #tileElements: number;
  #done = 0;

  /**
   * @param shapes the tensors that will be read, with the shapes that follow from the configuration
   * @throws QuantloopError `model-corrupt`, listing missing tensors and wrong shapes
   */
  constructor(options: BuildOptions, shapes: ReadonlyMap<string, readonly number[]>) {
    this.#checkpoint = options.checkpoint;
    this.#writer = options.writer;
    this.#options = options;
    this.#tileElements = options.tileElements ?? TILE_ELEMENTS;
    checkShapes(options.checkpoint, shapes);
    this.#total = [...shapes.keys()].reduce(
      (sum, name) => sum + this.#checkpoint.tensors.get(name)!.byteLength,
      0,
    );
  }

  /** A tensor as it is. */
  async keep(source: string, name: string = source): Promise<TensorProto> {
    const dims = this.#shape(source);
    const tensor = await this.#writer.append({ name, type: 'float32', dims, data: this.#tiles(source) });
    this.#advance(source);
    return tensor;
  }

  /** A matrix [out, in] as [in, out], the order of MatMul. */
  async transposed(source: string, name: string): Promise<TensorProto> {
    const [rows, columns] = this.#shape(source) as [number, number];
    const shape = { name, type: 'float32', dims: [columns, rows] } as const;
    const tileRows = this.#tileRows(columns);
    if (tileRows >= rows) {
      const data = transpose(await this.#checkpoint.read(source), rows, columns);
      const tensor = await this.#writer.append({ ...shape, data });
      this.#advance(source);
      return tensor;
    }
    const region = this.#writer.reserve(shape);
    let start = 0;
    for await (const tile of this.#floatTiles(source)) {
      const count = tile.length / columns;
      const turned = asBytes(transpose(tile, count, columns));
      for (let column = 0; column < columns; column++) {
        const run = turned.subarray(column * count * 4, (column + 1) * count * 4);
        region.write(run, (column * rows + start) * 4);
      }
      start += count;
    }
    this.#advance(source);
    return region.tensor;
  }

  async *#tiles(source: string): AsyncGenerator<Uint8Array> {
    for await (const tile of this.#floatTiles(source)) yield asBytes(tile);
  }

  async *#floatTiles(source: string): AsyncGenerator<Float32Array<ArrayBuffer>> {
    const [rows = 1, ...rest] = this.#shape(source);
    const tileRows = this.#tileRows(rest.reduce((count, dim) => count * dim, 1));
    for (let start = 0; start < rows; start += tileRows) {
      this.#options.signal?.throwIfAborted();
      yield await this.#checkpoint.read(source, { start, count: Math.min(tileRows, rows - start) });
    }
  }

  #tileRows(columns: number): number {
    return Math.max(1, Math.floor(this.#tileElements / columns));
  }

  #shape(source: string): number[] {
    return this.#checkpoint.tensors.get(source)!.shape;
  }

  #advance(source: string): void {
    this.#done += this.#checkpoint.tensors.get(source)!.byteLength;
    this.#options.onProgress?.({ done: this.#done, total: this.#total });
  }
}

function checkShapes(checkpoint: Checkpoint, shapes: ReadonlyMap<string, readonly number[]>): void {
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const [name, expected] of shapes) {
    const found = checkpoint.tensors.get(name)?.shape;
    if (found === undefined) missing.push(name);
    else if (found.length !== expected.length || found.some((dim, axis) => dim !== expected[axis])) {
      wrong.push(`${name} is [${found.join(', ')}], config.json says [${expected.join(', ')}]`);
    }
  }
  const problems = [
    ...(missing.length > 0 ? [`missing tensors: ${shorten(missing)}`] : []),
    ...(wrong.length > 0 ? [`wrong shapes: ${shorten(wrong)}`] : []),
  ];
  if (problems.length === 0) return;
  throw new QuantloopError({
    code: 'model-corrupt',
    message: `The weights in ${checkpoint.folder} do not fit config.json; ${problems.join('; ')}.`,
    hint: 'Weights and config.json must come from the same model; download both again.',
  });
}

function shorten(items: string[]): string {
  const shown = items.slice(0, 12).join(', ');
  return items.length > 12 ? `${shown} and ${items.length - 12} more` : shown;
}
