import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Arithmetic, MomentSum } from '../../src/index.ts';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

test('the sum over batches is that of all rows, of any width', async () => {
  const widths = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(512, 513, 1100));
  await fc.assert(
    fc.asyncProperty(
      widths,
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      async (k, batches) => {
        const sum = new MomentSum(arithmetic, k);
        const all: Float32Array[] = [];
        for (const rows of batches) {
          const data = Float32Array.from({ length: rows * k }, (_, i) => ((i * 7 + all.length * 3) % 11) - 5);
          await sum.add({ data, rows, columns: k });
          for (let r = 0; r < rows; r++) all.push(data.subarray(r * k, (r + 1) * k));
        }
        expect(sum.rows).toBe(all.length);
        const squares = sum.squares();
        const matrix = sum.matrix();
        // Whole numbers: float32 adds them without error.
        const wrong = matrix.findIndex((value, at) => {
          const [i, j] = [Math.floor(at / k), at % k];
          return value !== all.reduce((total, row) => total + row[i]! * row[j]!, 0);
        });
        expect(wrong).toBe(-1);
        expect(squares).toEqual(Float32Array.from({ length: k }, (_, i) => matrix[i * k + i]!));
      },
    ),
    { numRuns: 12 },
  );
});
