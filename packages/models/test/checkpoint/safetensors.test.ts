import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { Checkpoint } from '@quantloop/models';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RawTensor, encodeSafetensors } from '../support/safetensors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();
let folders = 0;

/** A folder that holds the given files. */
function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const f32 = (shape: number[], ...values: number[]): RawTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});
const u16 = (dtype: string, shape: number[], ...values: number[]): RawTensor => ({
  dtype,
  shape,
  bytes: new Uint8Array(Uint16Array.from(values).buffer),
});
const TENSORS = { a: f32([2, 2], 1, 2, 3, 4), b: f32([3], 5, 6, 7) };
const INTACT = encodeSafetensors(TENSORS);

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>;
const edited = (edit: (header: Header) => unknown) =>
  encodeSafetensors(TENSORS, (header) => edit(header as Header) ?? header);
const withLength = (length: bigint) => {
  const bytes = Buffer.from(INTACT);
  bytes.writeBigUInt64LE(length);
  return bytes;
};

describe('a checkpoint', () => {
  test('reads float32, float16 and bfloat16, whole and by rows', async () => {
    const file = encodeSafetensors({
      ...TENSORS,
      half: u16('F16', [3, 1], 0x3c00, 0xc000, 0x0001),
      brain: u16('BF16', [2], 0x3f80, 0xc040),
      empty: f32([0, 4]),
    });
    await using checkpoint = await Checkpoint.open(folderWith({ 'model.safetensors': file }));
    const read = async (name: string, rows?: { start: number; count: number }) => [
      ...(await checkpoint.read(name, rows)),
    ];
    expect(await read('a')).toEqual([1, 2, 3, 4]);
    expect(await read('a', { start: 1, count: 1 })).toEqual([3, 4]);
    expect(await read('b', { start: 0, count: 2 })).toEqual([5, 6]);
    expect(await read('half')).toEqual([1, -2, 2 ** -24]);
    expect(await read('half', { start: 1, count: 2 })).toEqual([-2, 2 ** -24]);
    expect(await read('brain')).toEqual([1, -3]);
    expect(await read('empty')).toEqual([]);
  });

  test('finds tensors in shards by the index', async () => {
    const folder = folderWith({
      'model-1.safetensors': encodeSafetensors({ a: TENSORS.a }),
      'model-2.safetensors': encodeSafetensors({ b: TENSORS.b }),
      'model.safetensors.index.json': JSON.stringify({
        weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' },
      }),
    });
    await using checkpoint = await Checkpoint.open(folder);
    expect(checkpoint.files).toEqual(['model-1.safetensors', 'model-2.safetensors']);
    expect([...(await checkpoint.read('b'))]).toEqual([5, 6, 7]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', Buffer.alloc(0), /0 bytes are too few/],
    [
      'a header that is longer than the file',
      withLength(1_000_000n),
      /claims 1000000 bytes, but the file has/,
    ],
    ['a header beyond the limit', withLength(100_000_001n), /claims 100000001 bytes; the limit is 100000000/],
    ['a header of 2^63 bytes', withLength(2n ** 63n), /the limit is/],
    ['a header that is shorter than it is', withLength(5n), /not JSON/],
    ['a header that is no JSON', edited(() => '{"a": '), /not JSON/],
    ['a header that is a list', edited(() => '[]'), /not a JSON object/],
    ['a truncated file', INTACT.subarray(0, -1), /cut short: tensor "b"/],
    ['bytes after the last tensor', Buffer.concat([INTACT, Buffer.alloc(3)]), /3 bytes belong to no tensor/],
    ['overlapping tensors', edited((h) => void (h['b']!.data_offsets = [12, 24])), /"b" overlaps/],
    ['a gap', edited((h) => void (h['b']!.data_offsets = [20, 32])), /"b" leaves a gap of 4/],
    [
      'offsets against the shape',
      edited((h) => void (h['b']!.shape = [4])),
      /"b".*span 12 bytes, F32 \[4\] needs 16/,
    ],
    ['offsets against the dtype', edited((h) => void (h['b']!.dtype = 'F16')), /needs 6/],
    ['reversed offsets', edited((h) => void (h['a']!.data_offsets = [16, 0])), /"a"/],
    ['a negative dimension', edited((h) => void (h['a']!.shape = [-2, -2])), /"a": shape/],
    ['a fractional offset', edited((h) => void (h['a']!.data_offsets = [0.5, 16])), /"a": data_offsets/],
    ['a tensor that is no object', edited((h) => void (h['a'] = 3 as never)), /"a"/],
    [
      'the same tensor twice',
      edited(
        (h) =>
          `{"a":${JSON.stringify(h['a'])},"b":${JSON.stringify(h['b'])},"\\u0061":${JSON.stringify(h['a'])}}`,
      ),
      /"a" is there twice/,
    ],
  ])('refuses %s, naming file and place', async (_, file, message) => {
    const folder = folderWith({ 'model.safetensors': file });
    const error = await Checkpoint.open(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(QuantloopError);
    expect(error).toMatchObject({ code: 'model-corrupt', message: expect.stringMatching(message) });
    expect((error as Error).message).toContain(join(folder, 'model.safetensors'));
  });

  test.each<[string, Record<string, string | Uint8Array>, RegExp]>([
    ['no weights at all', {}, /model\.safetensors cannot be opened/],
    [
      'a shard that is not there',
      { 'model.safetensors.index.json': JSON.stringify({ weight_map: { a: 'gone.safetensors' } }) },
      /gone\.safetensors cannot be opened/,
    ],
    [
      'a tensor that its shard does not have',
      {
        'model-1.safetensors': INTACT,
        'model.safetensors.index.json': JSON.stringify({ weight_map: { c: 'model-1.safetensors' } }),
      },
      /tensor "c" is missing/,
    ],
    [
      'a shard outside the folder',
      { 'model.safetensors.index.json': JSON.stringify({ weight_map: { a: '../0/model.safetensors' } }) },
      /no file of this folder/,
    ],
    ['an index that is none', { 'model.safetensors.index.json': '{"weight_map": []}' }, /not a weight index/],
  ])('refuses %s', async (_, files, message) => {
    const opened = Checkpoint.open(folderWith(files));
    await expect(opened).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(message),
    });
  });

  test('refuses integer weights by name, and says what it reads', async () => {
    const ints = { dtype: 'I8', shape: [2], bytes: new Uint8Array(2) };
    await using checkpoint = await Checkpoint.open(
      folderWith({ 'model.safetensors': encodeSafetensors({ ints }) }),
    );
    await expect(checkpoint.read('ints')).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/"ints" is I8/),
    });
  });

  test('notices a file that shrinks while it is open', async () => {
    const folder = folderWith({ 'model.safetensors': INTACT });
    await using checkpoint = await Checkpoint.open(folder);
    truncateSync(join(folder, 'model.safetensors'), INTACT.length - 4);
    await expect(checkpoint.read('b')).rejects.toMatchObject({ code: 'model-corrupt' });
  });

  test('answers any corruption with an error of its own or with tensors of the declared size', async () => {
    const damage = fc.oneof(
      fc
        .record({ at: fc.nat(INTACT.length - 1), value: fc.integer({ min: 0, max: 255 }) })
        .map(({ at, value }) => {
          const bytes = Buffer.from(INTACT);
          bytes[at] = value;
          return bytes;
        }),
      fc.nat(INTACT.length).map((length) => INTACT.subarray(0, length)),
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map((json) => edited(() => json)),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        try {
          await using checkpoint = await Checkpoint.open(folderWith({ 'model.safetensors': bytes }));
          for (const [name, { shape }] of checkpoint.tensors) {
            const values = await checkpoint.read(name);
            expect(values.length).toBe(shape.reduce((a, b) => a * b, 1));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(QuantloopError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
