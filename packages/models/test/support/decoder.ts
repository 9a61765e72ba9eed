import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

type Cache = Record<string, Tensor>;

export interface Step {
  /** Logits of row r, position p: `at(r, p)`. */
  at(row: number, position: number): Float32Array;
  cache: Cache;
  /** Sequence length of the cache tensors. */
  cached: number;
}

/** Runs an imported decoder with ONNX Runtime. */
export class Decoder {
  readonly session: InferenceSession;

  constructor(session: InferenceSession) {
    this.session = session;
  }

  static async open(folder: string): Promise<Decoder> {
    const options = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
    return new Decoder(await InferenceSession.create(join(folder, 'model.onnx'), options));
  }

  /** One call: rows of equal length; `mask` covers cache and call, all ones by default. */
  async run(
    rows: readonly (readonly number[])[],
    past?: Step,
    mask?: readonly (readonly number[])[],
  ): Promise<Step> {
    const batch = rows.length;
    const length = rows[0]!.length;
    const total = (past?.cached ?? 0) + length;
    const ones = mask ?? rows.map(() => Array.from({ length: total }, () => 1));
    const feeds: Record<string, Tensor> = {
      input_ids: new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [batch, length]),
      attention_mask: new Tensor('int64', BigInt64Array.from(ones.flat(), BigInt), [batch, total]),
    };
    for (const name of this.session.inputNames.filter((input) => input.startsWith('past_key_values.'))) {
      const fromPast = past?.cache[name.replace('past_key_values', 'present')];
      feeds[name] = fromPast ?? new Tensor('float32', new Float32Array(0), this.#emptyCache(name, batch));
    }
    const outputs = await this.session.run(feeds);
    const logits = outputs['logits']!;
    const vocabulary = logits.dims[2]!;
    const data = logits.data as Float32Array;
    const at = (row: number, position: number) => {
      const start = (row * length + position) * vocabulary;
      return data.subarray(start, start + vocabulary);
    };
    return { at, cache: outputs as Cache, cached: total };
  }

  #emptyCache(name: string, batch: number): number[] {
    const metadata = this.session.inputMetadata.find((input) => input.name === name)!;
    const shape = metadata.isTensor ? metadata.shape : [];
    return [batch, Number(shape[1]), 0, Number(shape[3])];
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** log softmax(values)[index] in double precision. */
export function logProbability(values: Float32Array, index: number): number {
  const highest = values[argmax(values)]!;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - highest);
  return values[index]! - highest - Math.log(sum);
}
