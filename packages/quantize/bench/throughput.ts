/**
 * Weights per second of CPU time on a 4096 × 4096 float32 weight, per method, best of 12: what reading it from the page
 * cache, rounding and packing cost. Run: node --conditions=@quantloop/source packages/quantize/bench/throughput.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '@quantloop/core';
import { METHODS, openWeight } from '@quantloop/quantize';
import { ExternalDataWriter, GraphBuilder, TensorReader, writeModel } from '@quantloop/onnx';

const SIDE = 4096;
const data = new Float32Array(SIDE * SIDE);
for (let i = 0, state = 1; i < data.length; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  data[i] = (state / 2 ** 31) * 0.02 * (1 + ((i * 7) % 13) / 13);
}
const folder = await mkdtemp(join(tmpdir(), 'quantloop-throughput-'));
const writer = await ExternalDataWriter.open({ folder });
const graph = new GraphBuilder();
graph.addInitializer(await writer.append({ name: 'w', type: 'float32', dims: [SIDE, SIDE], data }));
await writer.commit();
const file = join(folder, 'model.onnx');
await writeModel({ model: graph.model(), file });
const reader = await TensorReader.open(file);

const recipes: (Pick<Recipe, 'method' | 'bits' | 'granularity' | 'symmetric'> & Partial<Recipe>)[] = [
  { method: 'rtn', bits: 4, granularity: { group: 32 }, symmetric: true },
  { method: 'rtn', bits: 4, granularity: { group: 128 }, symmetric: false },
  { method: 'rtn', bits: 4, granularity: 'channel', symmetric: true },
  { method: 'rtn', bits: 8, granularity: { group: 32 }, symmetric: true },
  { method: 'rtn', bits: 8, granularity: 'channel', symmetric: false },
  { method: 'nf4', bits: 4, granularity: { group: 64 }, symmetric: true },
  { method: 'nf4', bits: 4, granularity: { group: 64 }, symmetric: true, options: { doubleQuant: true } },
  { method: 'fp4', bits: 4, granularity: { group: 64 }, symmetric: true },
  { method: 'fp8', bits: 8, granularity: 'channel', symmetric: true },
  { method: 'fp16', bits: 16, granularity: 'tensor', symmetric: true },
  { method: 'bf16', bits: 16, granularity: 'tensor', symmetric: true },
  { method: 'dynamic-int8', bits: 8, granularity: 'channel', symmetric: true },
  { method: 'dynamic-int8', bits: 8, granularity: 'tensor', symmetric: true },
];

for (const written of recipes) {
  const { facts, plan } = METHODS[written.method]!;
  const recipe = { ...written, exclude: [], mix: [], options: facts.options.parse(written.options ?? {}) };
  const planned = plan({ name: 'w', k: SIDE, n: SIDE, type: 'float32' }, recipe);
  if ('refuse' in planned) throw new RangeError(planned.refuse);
  let best = Infinity;
  for (let repeat = 0; repeat < 12; repeat++) {
    const before = process.cpuUsage();
    await planned.quantize(openWeight({ reader, name: 'w', k: SIDE, n: SIDE, transposed: false }));
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  console.log(`${JSON.stringify(written)}: ${Math.round(data.length / best)} million weights/s`);
}
await reader.close();
await rm(folder, { recursive: true });
