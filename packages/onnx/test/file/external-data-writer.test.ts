import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  ExternalDataWriter,
  GraphBuilder,
  TensorReader,
  addInitializer,
  graphOf,
  makeNode,
  moveInitializers,
  readModel,
  removeUnusedInitializers,
  replaceNode,
  verifyModel,
  writeModel,
} from '@quantloop/onnx';
import { describe, expect, test } from 'vitest';
import { LARGE, writeSmallModel } from '../support/small-model.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();
let count = 0;

function fresh(): string {
  const folder = join(root, String(count++));
  mkdirSync(folder);
  return folder;
}

const offsetOf = (tensor: { externalData: { key: string; value: string }[] }) =>
  Number(tensor.externalData.find(({ key }) => key === 'offset')?.value);

describe('an external data writer', () => {
  test('puts small tensors into the model, others at 64 bytes, and those from 1 MiB on at a page', async () => {
    await using writer = await ExternalDataWriter.open({ folder: fresh() });
    const append = (name: string, length: number) =>
      writer.append({ name, type: 'uint8', dims: [length], data: new Uint8Array(length).fill(7) });
    const inline = await append('inline', 1024);
    const first = await append('first', 1025);
    const second = await append('second', 2000);
    const large = await append('large', 2 ** 20);
    const last = await append('last', 5000);
    expect([inline.rawData.length, inline.externalData.length]).toEqual([1024, 0]);
    expect([first, second, large, last].map(offsetOf)).toEqual([0, 1088, 4096, 4096 + 2 ** 20]);
    expect(writer.size).toBe(4096 + 2 ** 20 + 5000);
  });

  test('shows nothing before the commit, and nothing after a discard', async () => {
    const folder = fresh();
    const tensor = { name: 'a', type: 'float32', dims: [400], data: new Float32Array(400) } as const;
    {
      await using writer = await ExternalDataWriter.open({ folder });
      await writer.append(tensor);
      expect(readdirSync(folder)).not.toContain('model.onnx_data');
    }
    expect(readdirSync(folder)).toEqual([]);
    {
      await using writer = await ExternalDataWriter.open({ folder });
      await writer.append(tensor);
      await writer.commit();
    }
    expect(readdirSync(folder)).toEqual(['model.onnx_data']);
    expect(statSync(join(folder, 'model.onnx_data')).size).toBe(1600);
  });

  test('writes no file when every tensor is small', async () => {
    const folder = fresh();
    await using writer = await ExternalDataWriter.open({ folder });
    await writer.append({ name: 'a', type: 'int64', dims: [], data: BigInt64Array.of(3n) });
    await writer.commit();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('takes the bytes in pieces, and reserved ones in any order', async () => {
    const folder = fresh();
    await using writer = await ExternalDataWriter.open({ folder, inlineBytes: 0 });
    await writer.append({
      name: 'pieces',
      type: 'uint8',
      dims: [5],
      data: (async function* () {
        yield Uint8Array.of(1, 2);
        yield Uint8Array.of(3, 4, 5);
      })(),
    });
    const region = writer.reserve({ name: 'reserved', type: 'uint8', dims: [2, 2] });
    region.write(Uint8Array.of(8, 9), 2);
    region.write(Uint8Array.of(6, 7), 0);
    await writer.commit();
    const bytes = readFileSync(join(folder, 'model.onnx_data'));
    expect([...bytes.subarray(0, 5)]).toEqual([1, 2, 3, 4, 5]);
    expect([...bytes.subarray(64)]).toEqual([6, 7, 8, 9]);
  });

  test('refuses too few, too many and forgotten bytes', async () => {
    await using writer = await ExternalDataWriter.open({ folder: fresh(), inlineBytes: 0 });
    const shape = { name: 'w', type: 'float32', dims: [2] } as const;
    await expect(writer.append({ ...shape, data: new Uint8Array(7) })).rejects.toThrow(
      /takes 8 bytes, not 7/,
    );
    await expect(writer.append({ ...shape, data: new Uint8Array(9) })).rejects.toThrow(
      /takes 8 bytes, not more/,
    );
    const region = writer.reserve({ ...shape, name: 'forgotten' });
    expect(() => region.write(new Uint8Array(8), 1)).toThrow(/takes 8 bytes/);
    await expect(writer.commit()).rejects.toThrow(/lacks/);
  });
});

describe('a tensor under two names', () => {
  test('is stored once, inside the model or outside, and read in either shape', async () => {
    const folder = fresh();
    mkdirSync(folder, { recursive: true });
    await using writer = await ExternalDataWriter.open({ folder });
    const g = new GraphBuilder();
    for (const [name, count] of [
      ['small', 8],
      ['large', 4096],
    ] as const) {
      const data = Uint8Array.from({ length: count }, (_, i) => i);
      const tensor = await writer.append({ name, type: 'uint8', dims: [2, 2, count / 4], data });
      g.addInitializer(tensor);
      g.addInitializer(writer.alias(tensor, { name: `${name}.flat`, dims: [2, count / 2] }));
      expect(() => writer.alias(tensor, { name: 'x', dims: [3] })).toThrow(/no other view of/);
    }
    await writer.commit();
    const file = join(folder, 'model.onnx');
    await writeModel({ model: g.model(), file });
    expect(statSync(join(folder, 'model.onnx_data')).size).toBe(4096);
    await using reader = await TensorReader.open(file);
    for (const name of ['small', 'large']) {
      expect(reader.info(`${name}.flat`).dims).toHaveLength(2);
      expect(await reader.read(`${name}.flat`)).toEqual(await reader.read(name));
    }
  });
});

describe('a rewritten model', () => {
  test('keeps what it does not touch, in a data file of its own', async () => {
    const source = await writeSmallModel(fresh());
    const folder = fresh();
    await using reader = await TensorReader.open(source);
    await using writer = await ExternalDataWriter.open({ folder });
    const { model } = reader;
    const node = graphOf(model).node[0]!;
    const doubled = (await reader.readFloat32('large')).map((value) => 2 * value);
    addInitializer(
      model,
      await writer.append({ name: 'doubled', type: 'float32', dims: [40, 16], data: doubled }),
    );
    replaceNode(model, node, [
      makeNode({ op: 'MatMul', name: node.name, inputs: [node.input[0]!, 'doubled'], outputs: node.output }),
    ]);
    expect(removeUnusedInitializers(model)).toEqual(['large']);
    await moveInitializers({ model, reader, writer });
    await writer.commit();
    await writeModel({ model, file: join(folder, 'model.onnx') });

    expect((await verifyModel(join(folder, 'model.onnx'))).externalFiles).toEqual(['model.onnx_data']);
    await using rewritten = await TensorReader.open(join(folder, 'model.onnx'));
    expect(rewritten.names().sort()).toEqual(['doubled', 'second', 'small']);
    expect(await rewritten.readFloat32('doubled')).toEqual(LARGE.map((value) => 2 * value));
    expect(await rewritten.read('second')).toEqual(await reader.read('second'));
    expect(await reader.readFloat32('large')).toEqual(LARGE);
  });

  test('moves large tensors out of a model that held them, and leaves those of attributes', async () => {
    const folder = fresh();
    const g = new GraphBuilder();
    g.initializer('big', 'float32', [1000], new Float32Array(1000).fill(3));
    g.node('Identity', ['big'], { outputs: [g.output('y', 'float32', [1000])] });
    const file = join(folder, 'inline.onnx');
    await writeModel({ model: g.model(), file });

    const target = fresh();
    await using reader = await TensorReader.open(file);
    await using writer = await ExternalDataWriter.open({ folder: target });
    await moveInitializers({ model: reader.model, reader, writer });
    await writer.commit();
    await writeModel({ model: reader.model, file: join(target, 'model.onnx') });
    expect(statSync(join(target, 'model.onnx')).size).toBeLessThan(500);
    await using moved = await TensorReader.open(join(target, 'model.onnx'));
    expect(moved.info('big')).toMatchObject({ external: true, byteLength: 4000 });
    expect((await moved.readFloat32('big')).every((value) => value === 3)).toBe(true);
  });

  test('replaces a file whole: the old model stays until the new one is complete', async () => {
    const file = await writeSmallModel(fresh());
    const before = readFileSync(file);
    const model = await readModel(file);
    model.graph = {
      ...model.graph!,
      get node(): never {
        throw new Error('the encoder fails half-way');
      },
    };
    await expect(writeModel({ model, file })).rejects.toThrow();
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(join(file, '..')).sort()).toEqual(['model.onnx', 'model.onnx_data']);
  });
});
