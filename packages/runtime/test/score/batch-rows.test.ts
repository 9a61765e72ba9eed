import { expect, test } from 'vitest';
import { batchRows } from '../../src/score/batch-rows.ts';
import { TextRow } from '../../src/score/text-row.ts';

test.each([
  ['rows of like length together, longest first', [90, 100, 95, 99], [[100, 99, 95, 90]]],
  ['no more than fill a batch', [160, 160, 160], [[160, 160], [160]]],
  ['a much shorter one apart', [100, 20], [[100], [20]]],
  [
    'as many as pad 32 tokens between them',
    [50, 40, 27, 26],
    [
      [50, 40],
      [27, 26],
    ],
  ],
])('batches take %s', (_, lengths, expected) => {
  const rows = lengths.map(
    (length, i) => new TextRow({ tokens: new Array<number>(length).fill(i), members: [i] }),
  );
  const batches = batchRows(rows, { tokens: 400, scored: 400, wantedOf: () => [] });
  expect(batches.map((batch) => batch.rows.map(({ length }) => length))).toEqual(expected);
});
