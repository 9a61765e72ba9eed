import {
  asBytes,
  float32ToBfloat16,
  float32ToFloat16,
  graphOf,
  ONNX_TYPES,
  TensorReader,
  toFloat32,
  type MatrixBlock,
  type ModelProto,
  type OnnxType,
  type TensorProto,
} from '@quantloop/onnx';
import { scaleBlock, scaleRange, type Scaling, type Scalings } from '../weights/scaling.ts';

/** Reads a model whose constants are multiplied on the way: nothing is written, and nothing else needs to know. */
export class ScaledReader extends TensorReader {
  readonly #scalings: ReadonlyMap<string | TensorProto, Scaling>;

  constructor(options: { model: ModelProto; file: string; scalings: Scalings }) {
    super(options);
    this.#scalings = new Map<string | TensorProto, Scaling>(
      graphOf(options.model).initializer.flatMap((tensor) => {
        const scaling = options.scalings.get(tensor.name);
        // By object too: an initializer of a subgraph may have the same name.
        return scaling === undefined ? [] : [tensor.name, tensor].map((key) => [key, scaling] as const);
      }),
    );
  }

  override async readRange(
    tensor: string | TensorProto,
    range: { offset: number; length: number },
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.#scalings.has(tensor)) return super.readRange(tensor, range);
    const { type } = this.info(tensor);
    const width = ONNX_TYPES[type].bits / 8;
    const start = range.offset / width;
    const values = await this.readFloat32(tensor, { start, count: range.length / width });
    return asBytes(TO_TYPE[type]?.(values) ?? values) as Uint8Array<ArrayBuffer>;
  }

  override async readFloat32(
    tensor: string | TensorProto,
    range: { start?: number; count?: number } = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    const scaling = this.#scalings.get(tensor);
    if (scaling === undefined) return super.readFloat32(tensor, range);
    const { type, dims, byteLength } = this.info(tensor);
    const width = ONNX_TYPES[type].bits / 8;
    const start = range.start ?? 0;
    const count = range.count ?? byteLength / width - start;
    const bytes = await super.readRange(tensor, { offset: start * width, length: count * width });
    const values = toFloat32(type, bytes);
    scaleRange(values, start, dims.at(-1) ?? 1, scaling);
    return values;
  }

  override async readBlock(
    tensor: string | TensorProto,
    block: MatrixBlock,
    into: { out?: Float32Array<ArrayBuffer>; stride?: number } = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    const values = await super.readBlock(tensor, block, into);
    const scaling = this.#scalings.get(tensor);
    if (scaling !== undefined) scaleBlock(values, { ...block, ...into }, scaling);
    return values;
  }
}

const TO_TYPE: Partial<Record<OnnxType, (values: Float32Array) => ArrayBufferView>> = {
  float16: (values) => float32ToFloat16(values),
  bfloat16: (values) => float32ToBfloat16(values),
  float64: (values) => Float64Array.from(values),
};
