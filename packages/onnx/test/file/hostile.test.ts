import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { TensorReader, readModel, verifyModel } from '@quantloop/onnx';
import { afterAll, describe, expect, test } from 'vitest';
import { type GraphProto, GraphProtoSchema, ModelProtoSchema } from '../../src/file/generated/onnx_pb.ts';
import { writeSmallModel } from '../support/small-model.ts';

const root = mkdtempSync(join(tmpdir(), 'quantloop-hostile-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const fresh = () => join(root, String(folders++));

/** A model in a folder of its own, with an edit of its graph. */
async function edited(edit: (graph: GraphProto) => GraphProto | void): Promise<string> {
  const file = await writeSmallModel(fresh());
  const model = await readModel(file);
  model.graph = edit(model.graph!) ?? model.graph!;
  writeFileSync(file, toBinary(ModelProtoSchema, model));
  return file;
}

function nested(depth: number): GraphProto {
  let graph = create(GraphProtoSchema, {});
  for (let i = 0; i < depth; i++) {
    graph = create(GraphProtoSchema, {
      node: [{ opType: 'If', attribute: [{ name: 'then_branch', g: graph }] }],
    });
  }
  return graph;
}

const large = (graph: GraphProto) => graph.initializer.find(({ name }) => name === 'large')!;

describe('an ONNX model', () => {
  test('that is a link to a file elsewhere is refused', async () => {
    const file = await writeSmallModel(fresh());
    const elsewhere = fresh();
    renameSync(file, elsewhere);
    symlinkSync(elsewhere, file);
    await expect(verifyModel(file)).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/is a link that leaves the folder/) as string,
    });
  });

  test.each([40, 300])('with graphs %i deep in each other is refused', async (depth) => {
    await expect(verifyModel(await edited(() => nested(depth)))).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/more than 33 deep|not a readable ONNX model/) as string,
    });
  });

  test('with graphs some levels deep is read', async () => {
    await expect(verifyModel(await edited(() => nested(20)))).resolves.toBeDefined();
  });

  test.each<[string, bigint[]]>([
    ['a terabyte', [2n ** 20n, 2n ** 18n]],
    ['more bytes than numbers can count', [2n ** 40n, 2n ** 40n]],
    ['2^63 rows', [2n ** 63n - 1n, 16n]],
  ])('whose tensor claims %s is refused before memory is asked for', async (_, dims) => {
    const file = await edited((graph) => {
      large(graph).dims = dims;
      large(graph).externalData = large(graph).externalData.filter(({ key }) => key !== 'length');
    });
    await using reader = await TensorReader.open(file);
    const block = { firstRow: 0, rows: Number(dims[0]), firstColumn: 0, columns: Number(dims[1]) };
    for (const read of [
      () => verifyModel(file),
      () => reader.read('large'),
      () => reader.readFloat32('large'),
      () => reader.readBlock('large', block),
    ]) {
      await expect(read()).rejects.toMatchObject({ code: 'model-corrupt' });
    }
  });
});
