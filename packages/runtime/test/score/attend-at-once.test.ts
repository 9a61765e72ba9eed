import { graphOf, parseModel, readAttributes, type ModelProto } from '@quantloop/onnx';
import { expect, test } from 'vitest';
import { attendAtOnce } from '../../src/score/attend-at-once.ts';
import { tinyDecoder, tinyWeights } from '../tiny-decoder.ts';

const sinksOf = (model: ModelProto) =>
  graphOf(model)
    .node.filter(({ opType }) => opType === 'GroupQueryAttention')
    .map(({ input }) => input[11]);

// 4 heads × 4 bytes.
test.each([
  ['short rows', { batch: 1024, row: 512 }, true],
  ['the longest rows within 32 MiB', { batch: 1024, row: 1448 }, true],
  ['rows beyond', { batch: 1024, row: 1449 }, false],
  ['a batch beyond', { batch: 4097, row: 512 }, false],
])('scores of attention are made at once where they are few: %s', (_, tokens, expected) => {
  const model = parseModel(tinyDecoder(tinyWeights()));
  expect(attendAtOnce(model, tokens)).toBe(expected);
  expect(sinksOf(model)).toEqual(
    expected ? ['attention.0/sink', 'attention.1/sink'] : [undefined, undefined],
  );
});

test('a softmax that has a sink of its own keeps it', () => {
  const model = parseModel(tinyDecoder(tinyWeights(), { smoothSoftmax: true }));
  expect(
    readAttributes(graphOf(model).node.find(({ opType }) => opType === 'GroupQueryAttention')!),
  ).toMatchObject({
    smooth_softmax: 1,
  });
  expect(attendAtOnce(model, { batch: 1024, row: 512 })).toBe(false);
  expect(sinksOf(model)).toEqual([undefined, undefined]);
});
