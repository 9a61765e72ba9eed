import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphBuilder } from '@quantloop/onnx';
import { availableProviders, openSession, ortVersion } from '../../src/index.ts';
import { expect, test } from 'vitest';
import { TINY, tinyDecoder, tinyFolder, tinyWeights } from '../tiny-decoder.ts';

const cpu = { kind: 'onnxruntime', provider: 'cpu', threads: 1 } as const;

test('a decoder session knows its layers, heads, cache type and optional inputs', async () => {
  const folder = await tinyFolder(tinyDecoder(tinyWeights()));
  await using session = await openSession({ folder, engine: cpu });
  expect(session.shape).toEqual({
    layers: TINY.layers,
    kvHeads: TINY.kvHeads,
    headDim: TINY.headDim,
    cacheType: 'float32',
    vocabularySize: TINY.vocabulary,
    selects: false,
    scores: false,
    hasPositionIds: false,
    emitsColumns: false,
    hasLogitsToKeep: false,
  });
});

test('a half-precision cache is recognised', async () => {
  const folder = await tinyFolder(tinyDecoder(tinyWeights(), { half: true }));
  await using session = await openSession({ folder, engine: cpu });
  expect(session.shape.cacheType).toBe('float16');
});

test('session configuration entries reach ONNX Runtime', async () => {
  const folder = await tinyFolder(tinyDecoder(tinyWeights()));
  const extra = { 'session.intra_op_thread_affinities': 'nonsense' };
  const opening = openSession({ folder, engine: { ...cpu, threads: 2 }, extra });
  await expect(opening).rejects.toThrow(/Processor id must consist of only digits: nonsense/);
});

const foreign = availableProviders().some(({ name }) => name === 'dml') ? 'coreml' : 'dml';

test('a provider this build does not have is refused by name, with what there is', async () => {
  const folder = await tinyFolder(tinyDecoder(tinyWeights()));
  await expect(
    openSession({ folder, engine: { kind: 'onnxruntime', provider: foreign } }),
  ).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringMatching(
      new RegExp(`"${foreign}" is not available here; available: .*cpu`),
    ) as string,
    hint: expect.stringContaining('quantloop doctor') as string,
  });
});

test.for([
  ['no file', undefined, /has no .*model\.onnx/],
  ['text instead of a model', Buffer.from('hello'), /cannot be loaded/],
  ['half a model', tinyDecoder(tinyWeights()).subarray(0, 4000), /cannot be loaded/],
  ['a graph that is no decoder', identity(), /is not a decoder with a KV cache: it has no "input_ids"/],
] as const)('a folder with %s is a corrupt model', async ([, bytes, message]) => {
  const folder = await tinyFolder(bytes ?? new Uint8Array());
  if (bytes !== undefined) await writeFile(join(folder, 'model.onnx'), bytes);
  const opening = openSession({
    folder,
    engine: cpu,
    ...(bytes === undefined ? { file: 'other/model.onnx' } : {}),
  });
  await expect(opening).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringMatching(message) as string,
  });
});

test('the version is that of the library', () => {
  expect(ortVersion()).toMatch(/^\d+\.\d+\.\d+$/);
});

function identity(): Uint8Array {
  const graph = new GraphBuilder();
  graph.node('Identity', [graph.input('x', 'float32', ['n'])], {
    outputs: [graph.output('y', 'float32', ['n'])],
  });
  return graph.bytes();
}
