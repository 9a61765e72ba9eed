import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import {
  GraphBuilder,
  type TensorProto,
  TensorReader,
  findInitializer,
  makeTensor,
  parseModel,
  readModel,
  serializeModel,
  verifyModel,
  writeModel,
} from '@quantloop/onnx';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LARGE, SMALL, writeSmallModel } from '../support/small-model.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();
let count = 0;
const fresh = () => join(root, String(count++));

async function editedModel(edit: (large: TensorProto, file: string) => void): Promise<string> {
  const file = await writeSmallModel(fresh());
  const model = await readModel(file);
  edit(findInitializer(model, 'large')!, file);
  await writeModel({ model, file });
  return file;
}

function setEntry(tensor: TensorProto, key: string, value: string): void {
  tensor.externalData.find((entry) => entry.key === key)!.value = value;
}

describe('a tensor reader', () => {
  test('reads tensors from inside the model and from external data', async () => {
    await using reader = await TensorReader.open(await writeSmallModel(fresh()));
    expect(reader.names()).toEqual(['large', 'small', 'second']);
    expect(reader.info('large')).toEqual({
      name: 'large',
      type: 'float32',
      dims: [40, 16],
      byteLength: 2560,
      external: true,
    });
    expect(reader.info('small').external).toBe(false);
    expect(await reader.readFloat32('large')).toEqual(LARGE);
    expect(await reader.readFloat32('large', { start: 16, count: 3 })).toEqual(LARGE.slice(16, 19));
    expect([...(await reader.readFloat32('small'))]).toEqual(SMALL);
    const pieces: Uint8Array[] = [];
    for await (const piece of reader.chunks('large', 1000)) pieces.push(piece);
    expect(pieces.map(({ length }) => length)).toEqual([1000, 1000, 560]);
    expect(Buffer.concat(pieces).equals(Buffer.from(LARGE.buffer))).toBe(true);
  });

  test('reads blocks of a matrix, into memory that is given', async () => {
    await using reader = await TensorReader.open(await writeSmallModel(fresh()));
    const block = { firstRow: 3, rows: 30, firstColumn: 5, columns: 7 };
    const expected = Float32Array.from(
      { length: 210 },
      (_, i) => LARGE[(3 + Math.floor(i / 7)) * 16 + 5 + (i % 7)]!,
    );
    expect(await reader.readBlock('large', block)).toEqual(expected);
    const memory = new Float32Array(1000).fill(7);
    const read = await reader.readBlock(reader.tensor('large'), block, { out: memory });
    expect(read).toEqual(expected);
    expect([read.buffer, memory[210]]).toEqual([memory.buffer, 7]);
    await reader.readBlock('large', block, { out: memory, stride: 9 });
    const apart = Array.from({ length: 30 }, (_, row) => [...memory.subarray(row * 9, row * 9 + 7)]);
    expect(apart.flat()).toEqual([...expected]);
    expect(memory[270]).toBe(7);
    const rows = { firstRow: 38, rows: 2, firstColumn: 0, columns: 16 };
    expect(await reader.readBlock('large', rows)).toEqual(LARGE.slice(38 * 16));
    await expect(reader.readBlock('large', { ...rows, rows: 3 })).rejects.toThrow(/Rows 38\+3/);
    await expect(reader.readBlock('small', rows)).rejects.toThrow(RangeError);
  });

  test.each(['float32', 'float16', 'bfloat16', 'float64'] as const)(
    'reads blocks of %s inside the model',
    async (type) => {
      const g = new GraphBuilder();
      g.initializer(
        'm',
        type,
        [4, 6],
        Array.from({ length: 24 }, (_, i) => i / 2),
      );
      const reader = new TensorReader({ model: g.model(), file: 'none' });
      const block = await reader.readBlock('m', { firstRow: 1, rows: 2, firstColumn: 4, columns: 2 });
      expect([...block]).toEqual([5, 5.5, 8, 8.5]);
      const whole = { firstRow: 1, rows: 2, firstColumn: 0, columns: 6 };
      const apart = await reader.readBlock('m', whole, { stride: 8 });
      expect([...apart]).toEqual([3, 3.5, 4, 4.5, 5, 5.5, 0, 0, 6, 6.5, 7, 7.5, 8, 8.5, 0, 0]);
    },
  );

  test.each<[string, Parameters<typeof makeTensor>[0]['type'], Partial<TensorProto>, number[]]>([
    ['float_data', 'float32', { floatData: [1.5, -2] }, [...new Uint8Array(Float32Array.of(1.5, -2).buffer)]],
    ['double_data', 'float64', { doubleData: [0.1, 2] }, [...new Uint8Array(Float64Array.of(0.1, 2).buffer)]],
    ['int64_data', 'int64', { int64Data: [-1n, 2n] }, [...new Uint8Array(BigInt64Array.of(-1n, 2n).buffer)]],
    [
      'uint64_data',
      'uint32',
      { uint64Data: [7n, 2n ** 32n - 1n] },
      [...new Uint8Array(Uint32Array.of(7, -1).buffer)],
    ],
    ['int32_data for int8', 'int8', { int32Data: [-1, 127] }, [255, 127]],
    ['int32_data for float16', 'float16', { int32Data: [0x3c00, 0xc000] }, [0, 0x3c, 0, 0xc0]],
    ['int32_data for uint4, two in a byte', 'uint4', { int32Data: [0x21] }, [0x21]],
  ])('reads elements in %s', async (_, type, fields, expected) => {
    const model = await readModel(await writeSmallModel(fresh()));
    const tensor = makeTensor({
      name: 'typed',
      type,
      dims: [2],
      data: new Uint8Array(type === 'uint4' ? 1 : 2 * bytesOf(type)),
    });
    Object.assign(tensor, fields, { rawData: new Uint8Array(0) });
    model.graph!.initializer.push(tensor);
    const decoded = parseModel(serializeModel(model));
    await using reader = new TensorReader({ model: decoded, file: join(root, 'model.onnx') });
    expect([...(await reader.read('typed'))]).toEqual(expected);
  });

  test.each<[string, (large: TensorProto, file: string) => void, RegExp]>([
    ['an absolute location', (t) => setEntry(t, 'location', '/etc/hostname'), /absolute path/],
    ['a drive', (t) => setEntry(t, 'location', 'C:\\data'), /absolute path/],
    ['a location above the folder', (t) => setEntry(t, 'location', '../data'), /leaves the folder/],
    ['the same, hidden', (t) => setEntry(t, 'location', 'sub/../../data'), /leaves the folder/],
    [
      'the same, as Windows writes it',
      (t) => setEntry(t, 'location', 'sub\\..\\..\\data'),
      /leaves the folder/,
    ],
    ['an empty location', (t) => setEntry(t, 'location', ''), /without a location/],
    ['a missing file', (t) => setEntry(t, 'location', 'gone'), /cannot be found/],
    ['the folder itself', (t) => setEntry(t, 'location', '.'), /link that leaves|regular file/],
    [
      'an offset beyond the end',
      (t) => setEntry(t, 'offset', '5000'),
      /ends at byte \d+, before 5000 \+ 2560/,
    ],
    ['a negative offset', (t) => setEntry(t, 'offset', '-64'), /offset "-64" is not a byte count/],
    ['an offset that is no number', (t) => setEntry(t, 'offset', '1e3'), /not a byte count/],
    [
      'a length against the shape',
      (t) => setEntry(t, 'length', '2559'),
      /length 2559 where float32 \[40, 16\] needs 2560/,
    ],
    ['a negative dimension', (t) => void (t.dims = [-40n, -16n]), /negative dimension/],
    ['an impossible shape', (t) => void (t.dims = [2n ** 62n, 2n ** 62n]), /impossible shape/],
    ['an unknown element type', (t) => void (t.dataType = 99), /unknown element type 99/],
    [
      'inline data of another size',
      (t) => Object.assign(t, { dataLocation: 0, rawData: new Uint8Array(7) }),
      /holds 7 bytes/,
    ],
    ['a truncated data file', (_, file) => truncateSync(`${file}_data`, 2559), /ends at byte 2559/],
    [
      'a link out of the folder',
      (_, file) => {
        const outside = `${fresh()}.data`;
        renameSync(`${file}_data`, outside);
        symlinkSync(outside, `${file}_data`);
      },
      /link that leaves the folder/,
    ],
    [
      'a named pipe',
      (_, file) => {
        renameSync(`${file}_data`, `${file}_was`);
        execFileSync('mkfifo', [`${file}_data`]);
      },
      /not a regular file/,
    ],
  ])('refuses %s, naming file and tensor', async (_, edit, message) => {
    const file = await editedModel(edit);
    await using reader = await TensorReader.open(file);
    for (const attempt of [() => reader.read('large'), () => verifyModel(file)]) {
      const error = await attempt().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(QuantloopError);
      expect(error).toMatchObject({ code: 'model-corrupt', message: expect.stringMatching(message) });
      expect((error as Error).message).toContain(`${file}, tensor "large"`);
    }
  });

  test('reads a model whose files are links into one folder, as the hub caches them', async () => {
    const real = await writeSmallModel(fresh());
    const repository = join(fresh(), 'models--org--name');
    const blobs = join(repository, 'blobs');
    const snapshot = join(repository, 'snapshots', 'c0ffee');
    mkdirSync(blobs, { recursive: true });
    mkdirSync(snapshot, { recursive: true });
    copyFileSync(real, join(blobs, 'a1'));
    copyFileSync(`${real}_data`, join(blobs, 'b2'));
    symlinkSync(join(blobs, 'a1'), join(snapshot, 'model.onnx'));
    symlinkSync(join(blobs, 'b2'), join(snapshot, 'model.onnx_data'));
    await using reader = await TensorReader.open(join(snapshot, 'model.onnx'));
    expect(await reader.readFloat32('large')).toEqual(LARGE);
  });

  test('says which tensor is unknown', async () => {
    await using reader = await TensorReader.open(await writeSmallModel(fresh()));
    await expect(reader.read('nothing')).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/"nothing"/),
    });
  });
});

describe('a model file', () => {
  test.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['text', Buffer.from('This is not a model.')],
    ['zeros', new Uint8Array(64)],
  ])('%s is refused', async (_, bytes) => {
    const file = `${fresh()}.onnx`;
    writeFileSync(file, bytes);
    await expect(readModel(file)).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringContaining(file),
    });
  });

  test('that is missing is named', async () => {
    await expect(readModel(join(root, 'gone.onnx'))).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/gone/),
    });
  });

  test('is written back byte for byte, with fields that this version does not know', async () => {
    const bytes = readFileSync(await writeSmallModel(fresh()));
    // Field 2000, length-delimited, three bytes: as a later version of the format might add it.
    const unknown = Buffer.concat([bytes, Buffer.from([0x82, 0x7d, 3, 1, 2, 3])]);
    expect(Buffer.from(serializeModel(parseModel(unknown))).equals(unknown)).toBe(true);
  });

  test('answers any corruption with an error of its own, or with tensors of the declared size', async () => {
    const file = await writeSmallModel(fresh());
    const bytes = readFileSync(file);
    const damage = fc.oneof(
      fc
        .array(fc.record({ at: fc.nat(bytes.length - 1), value: fc.integer({ min: 0, max: 255 }) }), {
          minLength: 1,
          maxLength: 4,
        })
        .map((edits) => {
          const copy = Buffer.from(bytes);
          for (const { at, value } of edits) copy[at] = value;
          return copy;
        }),
      fc.nat(bytes.length).map((length) => bytes.subarray(0, length)),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (damaged) => {
        try {
          await using reader = new TensorReader({ model: parseModel(damaged), file });
          for (const name of reader.names()) {
            const { byteLength } = reader.info(name);
            expect(await reader.read(name)).toHaveLength(byteLength);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(QuantloopError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function bytesOf(type: string): number {
  return { float64: 8, int64: 8, float32: 4, uint32: 4, float16: 2 }[type] ?? 1;
}
