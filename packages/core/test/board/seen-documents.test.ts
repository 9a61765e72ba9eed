import { LEAST_DOCUMENTS, seenDocuments } from '@quantloop/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test.for([
  [1000, 1 / 8, 125],
  [1001, 1 / 8, 126],
  [400, 1 / 16, 50],
  [60, 1 / 2, 50],
  [20, 1 / 8, 20],
  [20, 1, 20],
  [0, 1, 0],
] as const)('of %d documents a share of %d is %d', ([documents, share, seen]) => {
  expect(seenDocuments(documents, share)).toBe(seen);
});

test('a look sees no fewer documents than one before, all at last, and small tasks whole', () => {
  const share = fc.double({ min: 0, minExcluded: true, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat(20_000), share, share, (documents, a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((one) => seenDocuments(documents, one));
      expect(less!).toBeLessThanOrEqual(more!);
      expect(more!).toBeLessThanOrEqual(documents);
      expect(seenDocuments(documents, 1)).toBe(documents);
      if (documents <= LEAST_DOCUMENTS) expect(less).toBe(documents);
    }),
  );
});
