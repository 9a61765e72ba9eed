import { forwardLogits, type DecoderSession, type Tensor } from '@quantloop/runtime';
import { WINDOW } from './token-windows.ts';

/** Logits held at once: 128 MiB in float32. */
const ELEMENTS = 2 ** 25;

/** Windows that are run, recorded and checkpointed together. */
export function windowsPerChunk(vocabulary: number): number {
  return Math.max(1, Math.min(8, Math.floor(ELEMENTS / (WINDOW * vocabulary))));
}

/** Runs a model over a chunk of windows; the logits, and the rows in them where the windows' tokens stand, in order. */
export async function chunkLogits(
  session: DecoderSession,
  windows: readonly number[][],
): Promise<{ logits: Tensor; rows: BigInt64Array }> {
  const { logits, width } = await forwardLogits({ session, rows: windows });
  const rows = windows.flatMap((window, r) => window.map((_, i) => BigInt(r * width + i)));
  return { logits, rows: BigInt64Array.from(rows) };
}
