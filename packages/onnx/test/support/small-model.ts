import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExternalDataWriter, GraphBuilder, writeModel } from '@quantloop/onnx';

export const LARGE = Float32Array.from({ length: 40 * 16 }, (_, i) => i / 7 - 3);
export const SMALL = [1, -2, 3, -4];

/** y = x · large, with a small constant inside the model and a large one in external data. Returns the model's path. */
export async function writeSmallModel(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await using writer = await ExternalDataWriter.open({ folder });
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', ['rows', 40]);
  const large = g.addInitializer(
    await writer.append({ name: 'large', type: 'float32', dims: [40, 16], data: LARGE }),
  );
  const second = await writer.append({
    name: 'second',
    type: 'float16',
    dims: [16, 64],
    data: new Uint16Array(1024),
  });
  const small = g.initializer('small', 'float32', [2, 2], SMALL);
  const product = g.node('MatMul', [x, large], { name: '/model/layers.0/mlp/up_proj/MatMul' });
  g.node('Identity', [product], { outputs: [g.output('y', 'float32', ['rows', 16])] });
  g.node('Identity', [small]);
  g.node('Cast', [g.addInitializer(second)], { attributes: { to: 1 } });
  await writer.commit();
  const file = join(folder, 'model.onnx');
  await writeModel({ model: g.model(), file });
  return file;
}
