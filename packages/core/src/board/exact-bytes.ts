import type { Measurement } from './measurement.ts';

/** A number of bytes that was read, not estimated; compared exactly where the baseline's is known. */
export function exactBytes(
  bytes: number,
  options: { convention: string; baseline?: number | undefined },
): Measurement {
  const { convention, baseline } = options;
  const exact = (value: number) => ({ value, low: value, high: value });
  return {
    ...exact(bytes),
    unit: 'B',
    n: 1,
    higherIsBetter: false,
    convention,
    ...(baseline !== undefined && {
      versusBaseline: {
        difference: exact(bytes - baseline),
        ratio: exact(bytes / baseline),
        pairs: 0,
        test: 'exact',
      },
    }),
  };
}

/** `model.bytes`: what a model takes on disk, its graph and weights, and beside its baseline. */
export function bytesOnDisk(bytes: number, baseline: number | undefined): Measurement {
  return exactBytes(bytes, { convention: 'bytes-on-disk', baseline });
}
