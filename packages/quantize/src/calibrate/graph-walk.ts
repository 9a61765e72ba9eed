import { createHash } from 'node:crypto';
import { QuantloopError } from '@quantloop/core';
import {
  elementCount,
  extractSegment,
  FLOAT_TYPES,
  float32ToFloat16,
  graphOf,
  makeTensor,
  type ModelProto,
  type NodeProto,
  type OnnxType,
  type TensorReader,
} from '@quantloop/onnx';
import { Arithmetic, type Tensor, tensorFromBytes } from '@quantloop/runtime';
import type { CalibrationFeeds } from './calibration-feeds.ts';
import { planSegments, type SegmentPlan } from './plan-segments.ts';
import { type Loan, Spill } from './spill.ts';

export interface GraphWalkOptions {
  model: ModelProto;
  /** The model's constants. */
  reader: TensorReader;
  /** Values to reach, in the order in which they will be asked for. */
  targets: readonly string[];
  feeds: CalibrationFeeds;
  /** Folder for values between segments; made, and removed in the end. */
  scratch: string;
  /** Looked at before every run; the walk then rejects with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Goes through a model from one target value to the next, running every node once per batch on ONNX Runtime: what lies
 * between two targets is a generated model of its own, and the values that cross the cut wait in a {@link Spill}. Weights may be
 * replaced before the walk comes to them, so that what follows sees what quantization did. Memory holds the constants
 * of one segment and one batch, whatever the number of layers and batches.
 */
export class GraphWalk implements AsyncDisposable {
  /** Sessions of the segments, one for all that are alike, and of what is computed from their values. */
  readonly arithmetic: Arithmetic;
  readonly #options: GraphWalkOptions;
  readonly #segments: SegmentPlan[];
  readonly #spill: Spill;
  readonly #replaced = new Map<string, () => Float32Array<ArrayBuffer>>();
  /** The last segment that reads a constant. */
  readonly #lastReader: ReadonlyMap<string, number>;
  /** The walk this one branched off from, whose values it reads. */
  readonly #trunk: GraphWalk | undefined;
  /** Segments that have been run. */
  #next: number;

  private constructor(options: GraphWalkOptions, spill: Spill, trunk?: GraphWalk) {
    this.#options = options;
    this.#spill = spill;
    this.#trunk = trunk;
    this.#segments = trunk ? trunk.#segments : planSegments(options.model, options.targets);
    this.#lastReader = new Map(
      this.#segments.flatMap(({ constants }, index) => constants.map((name) => [name, index])),
    );
    this.arithmetic = trunk?.arithmetic ?? new Arithmetic();
    this.#next = trunk ? trunk.#next : 0;
  }

  static async open(options: GraphWalkOptions): Promise<GraphWalk> {
    return new GraphWalk(options, await Spill.open(options.scratch));
  }

  /**
   * A walk that goes on from where this one is, with weights of its own; what was run before is not run again. This one
   * must stay where it is until the branch is disposed of.
   *
   * @param scratch a folder of its own
   */
  async branch(scratch: string): Promise<GraphWalk> {
    return new GraphWalk({ ...this.#options, scratch }, await Spill.open(scratch), this);
  }

  /** Which target's way is the first to run one of these nodes, as an index; −1 when none does. */
  wayOf(nodes: readonly NodeProto[]): number {
    return this.#segments.findIndex((segment) => nodes.some((node) => segment.nodes.includes(node)));
  }

  /** Walks until the first `count` targets are made, and no further. */
  async reach(count: number): Promise<void> {
    while (this.#next < count) for await (const _ of this.#advance());
  }

  /** From here on the walk takes these values for a constant, in its type; they are asked for when they are needed. */
  replace(name: string, values: () => Float32Array<ArrayBuffer>): void {
    if ((this.#lastReader.get(name) ?? -1) >= this.#next) this.#replaced.set(name, values);
  }

  /**
   * The batches of a target value, each until the next is asked for: walks up to it first. They have to be read to the
   * end, and targets that come later must not have been asked for before.
   *
   * @throws QuantloopError `unsupported` for a graph that ONNX Runtime cannot run on the CPU or an input that cannot be
   * fed; `disk-full`
   */
  async *batchesOf(target: string): AsyncGenerator<Tensor> {
    const index = this.#options.targets.indexOf(target);
    if (index < 0) throw new RangeError(`"${target}" is none of the values this walk was opened for.`);
    await this.reach(index);
    if (this.#next === index) yield* this.#advance();
    else yield* this.#stored(target);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spill[Symbol.asyncDispose]();
    if (this.#trunk === undefined) await this.arithmetic.release();
  }

  /** Runs the next segment. Yields what its target becomes in each batch, before the next one is run. */
  async *#advance(): AsyncGenerator<Tensor> {
    const segment = this.#segments[this.#next]!;
    if (this.#next > 0) this.#leave(this.#segments[this.#next - 1]!);
    if (segment.nodes.length > 0) yield* this.#run(segment);
    else yield* this.#stored(segment.target);
    this.#next++;
  }

  #leave({ drops, constants }: SegmentPlan): void {
    for (const name of drops) this.#spill.drop(name);
    for (const name of constants) if (this.#lastReader.get(name)! < this.#next) this.#replaced.delete(name);
  }

  async *#stored(target: string): AsyncGenerator<Tensor> {
    for (let batch = 0; batch < this.#options.feeds.batches; batch++) {
      this.#options.signal?.throwIfAborted();
      const { tensor, giveBack } = await this.#value(target, batch);
      yield tensor;
      giveBack();
    }
  }

  async *#run({ target, nodes, reads, keeps, drops, constants }: SegmentPlan): AsyncGenerator<Tensor> {
    const { feeds, signal } = this.#options;
    const { inside, outside } = await this.#constants(constants);
    const inputs = reads.map((name) => ({ name, ...this.#typeOf(name) }));
    const fed = [...outside].map(([name, tensor]) => ({
      name,
      type: tensor.type as OnnxType,
      rank: tensor.dims.length,
    }));
    const { bytes, names } = extractSegment({
      model: this.#options.model,
      nodes,
      inputs: [...inputs, ...fed],
      outputs: keeps,
      constants: inside,
    });
    const session = `segment/${createHash('sha256').update(bytes).digest('hex')}`;
    for (let batch = 0; batch < feeds.batches; batch++) {
      signal?.throwIfAborted();
      const given: Record<string, Tensor> = {};
      for (const [name, tensor] of outside) given[names.get(name)!] = tensor;
      const loans: Loan[] = [];
      for (const name of reads) {
        const loan = await this.#value(name, batch, drops.includes(name));
        loans.push(loan);
        given[names.get(name)!] = loan.tensor;
      }
      const made = await this.arithmetic.run(session, () => bytes, given);
      for (const { giveBack } of loans) giveBack();
      yield made[names.get(target)!]!;
      for (const name of keeps) await this.#spill.append(name, made[names.get(name)!]!);
    }
  }

  /** A value of an earlier segment, or an input of the model. What is the trunk's stays there. */
  async #value(name: string, batch: number, last = false): Promise<Loan> {
    const spill = this.#spillOf(name);
    if (spill === undefined) return { tensor: this.#options.feeds.feed(name, batch), giveBack: () => {} };
    return spill.borrow(name, batch, last && spill === this.#spill);
  }

  #spillOf(name: string): Spill | undefined {
    if (this.#spill.describe(name, 0) !== undefined) return this.#spill;
    return this.#trunk ? this.#trunk.#spillOf(name) : undefined;
  }

  #typeOf(name: string): { type: OnnxType; rank: number } {
    const { type, dims } = this.#spillOf(name)?.describe(name, 0) ?? this.#options.feeds.feed(name, 0);
    return { type: type as OnnxType, rank: dims.length };
  }

  /**
   * The constants of a segment. Floating point ones are fed, so that layers which differ in nothing else share a
   * session; shapes, axes and the like have to be inside, where ONNX Runtime's shape inference looks for them.
   */
  async #constants(constants: readonly string[]) {
    const { reader } = this.#options;
    const outside = new Map<string, Tensor>();
    const inside = [];
    for (const name of constants) {
      const { type, dims } = reader.info(name);
      if (FLOAT_TYPES.some((float) => float === type) && elementCount(dims) > 1) {
        outside.set(name, await this.#constant(name, type, dims));
      } else {
        inside.push(makeTensor({ name, type, dims, data: await reader.read(name) }));
      }
    }
    return { inside, outside };
  }

  async #constant(name: string, type: OnnxType, dims: number[]): Promise<Tensor> {
    const values = this.#replaced.get(name);
    if (values !== undefined && type === 'float16') {
      return tensorFromBytes(type, new Uint8Array(float32ToFloat16(values()).buffer), dims);
    }
    if (values !== undefined) return tensorFromBytes('float32', new Uint8Array(values().buffer), dims);
    const { model, reader } = this.#options;
    if (type !== 'bfloat16') return tensorFromBytes(type as Tensor.Type, await reader.read(name), dims);
    // What is cast before it is used may as well come in the wider type, which onnxruntime-node can feed.
    const isCast = graphOf(model).node.every(
      ({ opType, input }) => opType === 'Cast' || !input.includes(name),
    );
    if (!isCast) throw noBfloat16(name);
    return tensorFromBytes('float32', new Uint8Array((await reader.readFloat32(name)).buffer), dims);
  }
}

function noBfloat16(name: string): QuantloopError {
  return new QuantloopError({
    code: 'unsupported',
    message: `"${name}" is bfloat16: ONNX Runtime has no CPU kernels for such a graph, so it cannot be calibrated here.`,
    hint: 'Import the original checkpoint, which becomes float32, or take a method that needs no calibration.',
  });
}
