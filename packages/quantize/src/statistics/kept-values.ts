import type { Checkpoint } from '@quantloop/artifacts';
import { decodeStatistics, encodeStatistics, type MeasuredValue } from './stored-statistics.ts';

/** Above it a value is not stored: repeating it is quicker than writing and verifying it. */
const LARGEST = 2 ** 30;

/** Values in order, each taken from the checkpoint, or computed and put there. */
export async function* keptValues(options: {
  values: readonly { value: string; k: number }[];
  checkpoint: Pick<Checkpoint, 'read' | 'write'> | undefined;
  /** Called in order, for those that the checkpoint does not have. */
  compute: (value: string, k: number) => Promise<MeasuredValue>;
  onResumed?: () => void;
}): AsyncGenerator<MeasuredValue & { value: string }> {
  const { values, checkpoint, compute, onResumed } = options;
  for (const [index, { value, k }] of values.entries()) {
    const name = `value-${String(index).padStart(5, '0')}`;
    const bytes = await checkpoint?.read(name);
    const stored = bytes === undefined ? undefined : decodeStatistics(bytes, { value, k });
    const measured = stored ?? (await compute(value, k));
    if (stored !== undefined) onResumed?.();
    else if (measured.moments.byteLength <= LARGEST)
      await checkpoint?.write(name, encodeStatistics(value, measured));
    yield { value, ...measured };
  }
}
