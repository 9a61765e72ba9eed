import { QuantloopError } from '@quantloop/core';
import { diskFailure } from '@quantloop/onnx';
import { expect, test } from 'vitest';

test.each(['ENOSPC', 'EDQUOT'])('%s becomes disk-full, naming the file and what to do', (code) => {
  const cause = Object.assign(new Error('write'), { code });
  const failure = diskFailure('/models/model.onnx_data', cause);
  expect(failure).toBeInstanceOf(QuantloopError);
  expect(failure).toMatchObject({
    code: 'disk-full',
    message: 'No space left while writing /models/model.onnx_data.',
    hint: 'Free space on the disk of /models, then run again: finished stages are not repeated.',
    cause,
  });
});

test('any other failure stays what it is', () => {
  const cause = Object.assign(new Error('read-only'), { code: 'EROFS' });
  expect(diskFailure('/models/model.onnx', cause)).toBe(cause);
});
