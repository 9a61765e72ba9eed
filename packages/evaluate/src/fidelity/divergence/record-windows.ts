import { encodeDistributions } from '@quantloop/runtime';
import type { Network } from '../tasks/task-model.ts';
import { chunkLogits } from './chunk-logits.ts';
import { bytesOf } from './recorded-distributions.ts';
import { windowNotFinite } from './window-not-finite.ts';

/** The distributions of a chunk of windows as bytes; `first` is the place of its first window, for messages. */
export async function recordWindows(
  network: Network,
  windows: readonly number[][],
  first: number,
): Promise<Uint8Array> {
  const { logits, rows } = await chunkLogits(network.session, windows);
  const codes = await encodeDistributions(network.arithmetic, { logits, rows });
  logits.dispose();
  let at = 0;
  for (const [w, window] of windows.entries()) {
    const scales = codes.scales.subarray(at, (at += window.length));
    const bad = scales.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw windowNotFinite(first + w, window, bad);
  }
  return bytesOf(codes);
}
