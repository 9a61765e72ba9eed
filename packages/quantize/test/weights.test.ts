import { join } from 'node:path';
import { TensorReader, transpose } from '@quantloop/onnx';
import { openWeight } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { linearsFolder } from './support/model-folder.ts';
import { normals } from './support/random.ts';

describe('a weight is read channel by channel', () => {
  const [k, n] = [37, 53];
  const weight = normals(k * n, 3);
  const channels = transpose(weight, k, n);

  for (const transposed of [false, true]) {
    for (const stripWeights of [1, 100, 500, 2 ** 26]) {
      for (const multiple of [1, 4, 64]) {
        test(`${transposed ? '[n, k]' : '[k, n]'} in strips of ${stripWeights}, panels of ${multiple}`, async () => {
          const layer = transposed
            ? { name: 'a', k: n, n: k, weight: channels }
            : { name: 'a', k, n, weight };
          const file = join(await linearsFolder([layer]), 'model.onnx');
          await using reader = await TensorReader.open(file);
          const source = openWeight({ reader, name: 'a.weight', k, n, transposed, stripWeights });
          const read: number[] = [];
          for await (const { first, count, data } of source.panels(multiple)) {
            expect(first * k).toBe(read.length);
            expect(count % multiple === 0 || first + count === n).toBe(true);
            expect(data).toHaveLength(count * k);
            read.push(...data);
          }
          expect(Float32Array.from(read)).toEqual(channels);
        });
      }
    }
  }

  test('[k, n] in strips whose rows lie apart in memory, scaled', async () => {
    const [rows, columns] = [11, 700];
    const wide = normals(rows * columns, 4);
    const file = join(await linearsFolder([{ name: 'a', k: rows, n: columns, weight: wide }]), 'model.onnx');
    await using reader = await TensorReader.open(file);
    const factors = Float64Array.from({ length: columns }, (_, i) => 1 + i);
    const scaled = wide.map((value, i) => value * factors[i % columns]!);
    for (const scaling of [undefined, { columns: factors }]) {
      const location = {
        name: 'a.weight',
        k: rows,
        n: columns,
        transposed: false,
        ...(scaling && { scaling }),
      };
      const source = openWeight({ ...location, reader, stripWeights: 256 * rows });
      const read: number[] = [];
      for await (const { data } of source.panels()) read.push(...data);
      expect(Float32Array.from(read)).toEqual(transpose(scaling ? scaled : wide, rows, columns));
    }
  });
});
