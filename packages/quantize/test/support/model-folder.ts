import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExternalDataWriter, GraphBuilder, writeModel, type OnnxType } from '@quantloop/onnx';
import { afterAll } from 'vitest';

export interface TestLinear {
  name: string;
  k: number;
  n: number;
  /** [k, n] row-major, of `type`. */
  weight: ArrayBufferView;
  type?: OnnxType;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder that is gone after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quantize-'));
  folders.push(folder);
  return folder;
}

/** A model folder with independent layers: `<name>` [m, k] → `<name>.out` [m, n], node `/<name>/MatMul`. */
export async function linearsFolder(linears: readonly TestLinear[]): Promise<string> {
  const folder = await temporaryFolder();
  const g = new GraphBuilder();
  await using writer = await ExternalDataWriter.open({ folder });
  for (const { name, k, n, weight, type = 'float32' } of linears) {
    const tensor = await writer.append({ name: `${name}.weight`, type, dims: [k, n], data: weight });
    const x = g.input(name, type, ['m', k]);
    g.node('MatMul', [x, g.addInitializer(tensor)], {
      name: `/${name}/MatMul`,
      outputs: [g.output(`${name}.out`, type, ['m', n])],
    });
  }
  await writer.commit();
  await writeModel({ model: g.model(), file: join(folder, 'model.onnx') });
  await writeFile(join(folder, 'config.json'), '{"model_type":"llama"}');
  return folder;
}
