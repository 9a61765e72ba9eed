import { compareDistributions, type DistributionCodes } from '@quantloop/runtime';
import type { DivergenceItems } from '../fidelity-items.ts';
import type { Network } from '../tasks/task-model.ts';
import { chunkLogits } from './chunk-logits.ts';
import { windowNotFinite } from './window-not-finite.ts';

/** Compares a candidate with what was recorded of the baseline on a chunk of windows. */
export async function compareWindows(options: {
  network: Network;
  baseline: DistributionCodes;
  windows: readonly number[][];
  /** Place of the first window, for messages. */
  first: number;
}): Promise<DivergenceItems['windows']> {
  const { network, baseline, windows, first } = options;
  const { logits, rows } = await chunkLogits(network.session, windows);
  // Of a window's last token the next one is not known: asked for token 0, and the answer left out.
  const targets = windows.flatMap((window) => window.map((_, i) => BigInt(window[i + 1] ?? 0)));
  const { divergence, agreement, shift } = await compareDistributions(network.arithmetic, {
    baseline,
    candidate: logits,
    rows,
    targets: BigInt64Array.from(targets),
  });
  logits.dispose();
  let at = 0;
  return windows.map((window, w) => {
    const end = at + window.length;
    const values = Array.from(divergence.subarray(at, end));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw windowNotFinite(first + w, window, bad);
    const agreed = agreement.subarray(at, end).reduce((sum, flag) => sum + flag, 0);
    const shifts = Array.from(shift.subarray(at, end - 1));
    at = end;
    // Rounding may leave −1e-17 where both are equal.
    return { divergence: values.map((value) => Math.max(0, value)), shift: shifts, agreed };
  });
}
