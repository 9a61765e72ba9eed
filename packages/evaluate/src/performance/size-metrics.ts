import type { Measurement } from '@quantloop/core';

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
