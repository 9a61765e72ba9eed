import { float16ToFloat32 } from '@quantloop/onnx';
import { forwardLogits, openSession, type DecoderSession } from '@quantloop/runtime';

export const TOKENS = [3, 17, 5, 29, 11, 2, 38, 0, 21];

/** The decoder of a folder on one CPU thread. */
export function openDecoder(folder: string): Promise<DecoderSession> {
  return openSession({ folder, engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1 } });
}

/** Logits of every position of a short text. */
export async function logitsOf(folder: string): Promise<Float32Array> {
  await using session = await openDecoder(folder);
  const { logits } = await forwardLogits({ session, rows: [TOKENS] });
  if (logits.type === 'float32') return logits.data as Float32Array;
  const half = logits.data as unknown as Uint16Array;
  return float16ToFloat32(new Uint16Array(half.buffer, half.byteOffset, half.length));
}
