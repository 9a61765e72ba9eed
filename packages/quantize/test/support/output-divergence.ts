import { forwardLogits, openSession } from '@quantloop/runtime';

/** Mean KL(a ‖ b) per token in nats of two model folders, written out in double precision. */
export async function meanDivergence(a: string, b: string, windows: readonly number[][]): Promise<number> {
  const [left, right] = await Promise.all(
    [a, b].map((folder) =>
      openSession({ folder, engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1 } }),
    ),
  );
  let [sum, tokens] = [0, 0];
  for (const window of windows) {
    const p = (await forwardLogits({ session: left!, rows: [window] })).logits;
    const q = (await forwardLogits({ session: right!, rows: [window] })).logits;
    const width = p.dims.at(-1)!;
    for (let position = 0; position < window.length; position++, tokens++) {
      const logP = logSoftmax(p.data as Float32Array, position * width, width);
      const logQ = logSoftmax(q.data as Float32Array, position * width, width);
      for (let i = 0; i < width; i++) sum += Math.exp(logP[i]!) * (logP[i]! - logQ[i]!);
    }
  }
  await left!.release();
  await right!.release();
  return sum / tokens;
}

function logSoftmax(data: Float32Array, start: number, count: number): Float64Array {
  const row = Float64Array.from(data.subarray(start, start + count));
  const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = row.reduce((all, value) => all + Math.exp(value - largest), 0);
  return row.map((value) => value - largest - Math.log(total));
}
