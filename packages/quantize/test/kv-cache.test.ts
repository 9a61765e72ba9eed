import { join } from 'node:path';
import { graphOf, readModel, TensorReader, writeModel } from '@quantloop/onnx';
import { importModel } from '@quantloop/models';
import { quantizeFolder, type QuantizeFolderOptions } from '@quantloop/quantize';
import {
  forward,
  generateGreedy,
  openSession,
  scoreSequences,
  type DecoderSession,
} from '@quantloop/runtime';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { demoModel, type DemoModel } from './support/demo-model.ts';
import { linearsFolder, temporaryFolder } from './support/model-folder.ts';
import { normals } from './support/random.ts';
import { recipeOf } from './support/recipe.ts';

let demo: DemoModel;
beforeAll(async () => {
  demo = await demoModel({ texts: 12, tokens: 96 });
});

/** All but one weight stay as they are, so that the cache alone makes the difference. */
const recipe = recipeOf({
  method: 'fp16',
  exclude: ['model.layers.!(0).*', '*{q,k,v,o,gate,up}_proj*', '*lm_head*'],
  options: { kvCache: 'int8' },
});

const quantized = async (options: Partial<QuantizeFolderOptions> = {}) => {
  const target = await temporaryFolder();
  const calibration = { sequences: demo.sequences.slice(0, 8) };
  const manifest = await quantizeFolder({ source: demo.folder, target, recipe, calibration, ...options });
  return { target, manifest };
};

const open = async (folder: string): Promise<DecoderSession> => {
  const session = await openSession({ folder, engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1 } });
  onTestFinished(() => session.release());
  return session;
};

describe('a model with its cache in 8 bits', () => {
  test('holds the codes of max |x| / 127 of each channel, and says what it saves', async () => {
    const { target, manifest } = await quantized();
    const [float, int8] = [await open(demo.folder), await open(target)];
    const { layers, kvHeads, headDim } = float.shape;
    expect(int8.shape).toEqual({ ...float.shape, cacheType: 'int8' });
    const channels = 2 * layers * kvHeads * headDim;
    expect(manifest.kvCache).toEqual({
      type: 'int8',
      granularity: 'channel',
      layers,
      bytesPerTokenBefore: channels * 4,
      bytesPerTokenAfter: channels,
      scaleBytes: channels * 4,
    });
    expect(manifest.notes.join()).toMatch(/transformers\.js/);

    // Nothing in front of the first layer's cache differs from the float model.
    const past = async (session: DecoderSession, tokens: number[], part: string) => {
      const { cache } = await forward({ session, rows: [tokens] });
      return cache.tensors[`past_key_values.0.${part}`]!.data as Float32Array | Int8Array;
    };
    await using reader = await TensorReader.open(join(target, 'model.onnx'));
    for (const part of ['key', 'value']) {
      const seen = await Promise.all(
        demo.sequences.slice(0, 8).map(async (tokens) => ({ tokens, data: await past(float, tokens, part) })),
      );
      const scales = await reader.readFloat32(`present.0.${part}.scale`);
      for (let head = 0; head < kvHeads; head++) {
        for (let channel = 0; channel < headDim; channel++) {
          const magnitudes = seen.flatMap(({ tokens, data }) =>
            tokens.map((_, t) => Math.abs(data[(head * tokens.length + t) * headDim + channel]!)),
          );
          const expected = Math.fround(Math.max(...magnitudes) / 127);
          // Batches and single rows round differently in the last places.
          expect(scales[head * headDim + channel]! / expected).toBeCloseTo(1, 5);
        }
      }
      // A text that calibration has not seen: some of it is beyond the range.
      const tokens = demo.sequences[10]!;
      const [values, codes] = [await past(float, tokens, part), await past(int8, tokens, part)];
      const off = [...codes].reduce((count, code, i) => {
        const head = Math.floor(i / (tokens.length * headDim));
        const steps = values[i]! / scales[head * headDim + (i % headDim)]!;
        const nearest = Math.max(-128, Math.min(127, Math.round(steps)));
        // Halfway by less than single precision can tell, either is right.
        const isClose = Math.abs(Math.abs(steps - Math.trunc(steps)) - 0.5) < 1e-3;
        return count + (code === nearest || (isClose && Math.abs(code - nearest) === 1) ? 0 : 1);
      }, 0);
      expect(off).toBe(0);
    }
  });

  test('scores and generates nearly as the float model does', async () => {
    const { target } = await quantized();
    const [float, int8] = [await open(demo.folder), await open(target)];
    const sequences = demo.sequences.slice(8).map((tokens) => ({ tokens, from: 1 }));
    const perplexity = async (session: DecoderSession) => {
      const scores = await scoreSequences({ session, sequences });
      const all = scores.flatMap(({ logProbabilities }) => [...logProbabilities]);
      return Math.exp(-all.reduce((sum, value) => sum + value, 0) / all.length);
    };
    const ratio = (await perplexity(int8)) / (await perplexity(float));
    expect(Math.abs(ratio - 1)).toBeLessThan(0.01);
    expect(ratio).not.toBe(1);
    const prompts = demo.sequences.slice(8, 11).map((tokens) => tokens.slice(0, 20));
    const [a, b] = [
      await generateGreedy({ session: float, prompts, maxNewTokens: 8 }),
      await generateGreedy({ session: int8, prompts, maxNewTokens: 8 }),
    ];
    const same = a.flat().filter((token, i) => token === b.flat()[i]).length;
    expect(same).toBeGreaterThan(a.flat().length / 2);
  });

  test('is a model folder like any other', async () => {
    const { target } = await quantized();
    const folder = join(await temporaryFolder(), 'imported');
    await importModel({ source: target, folder });
    expect((await open(folder)).shape.cacheType).toBe('int8');
  });

  test('resumes without running the calibration texts again, to the same bytes', async () => {
    const blocks = new Map<string, Uint8Array>();
    const checkpoint = {
      read: async (name: string) => blocks.get(name),
      write: async (name: string, bytes: Uint8Array) => void blocks.set(name, bytes),
    };
    const runs: string[][] = [];
    const onProgress = ({ unit }: { unit: string }) => runs.at(-1)!.push(unit);
    const models: Buffer[] = [];
    for (let run = 0; run < 2; run++) {
      runs.push([]);
      const { target } = await quantized({ checkpoint, onProgress });
      const model = await readModel(join(target, 'model.onnx'));
      models.push(
        Buffer.from(graphOf(model).initializer.find(({ name }) => /0\.key\.scale/.test(name))!.rawData),
      );
    }
    expect(runs[0]).toContain('caches');
    expect(runs[1]).not.toContain('caches');
    expect(models[0]).toEqual(models[1]);
  });
});

describe('is refused', () => {
  test('without calibration texts', async () => {
    const target = await temporaryFolder();
    const promise = quantizeFolder({ source: demo.folder, target, recipe });
    await expect(promise).rejects.toMatchObject({
      code: 'invalid-spec',
      message: 'fp16 needs calibration texts.',
    });
  });

  test('for a model without GroupQueryAttention', async () => {
    const source = await linearsFolder([{ name: 'a', k: 8, n: 8, weight: normals(64, 1) }]);
    await expect(quantized({ source, recipe: { ...recipe, exclude: [] } })).rejects.toMatchObject({
      code: 'unsupported',
      message: "The model's cache cannot be stored in 8 bits: it has no GroupQueryAttention with a cache.",
    });
  });

  test('where something else reads the cache', async () => {
    const source = await temporaryFolder();
    await quantizeFolder({ source: demo.folder, target: source, recipe: recipeOf({ method: 'fp16' }) });
    const file = join(source, 'model.onnx');
    const model = await readModel(file);
    const graph = graphOf(model);
    const attention = graph.node.find(({ opType }) => opType === 'GroupQueryAttention')!;
    const past = attention.input[3]!;
    attention.opType = 'MultiHeadAttention';
    await writeModel({ model, file });
    await expect(quantized({ source, recipe: { ...recipe, exclude: ['*lm_head*'] } })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(`"${past}" is read by MultiHeadAttention`),
    });
  });

  test('for a cache that is in 8 bits already', async () => {
    const { target: source } = await quantized();
    await expect(quantized({ source, recipe: { ...recipe, exclude: ['*lm_head*'] } })).rejects.toThrow(
      /"past_key_values\.0\.key" is of type int8 already/,
    );
  });

  test('in an entry of a mix', async () => {
    const { exclude: _, mix: __, ...part } = recipe;
    const entry = { layers: '0', recipe: { ...part, options: { kvCache: 'int8' } } };
    const mixed = { ...recipe, mix: [entry] };
    await expect(quantized({ recipe: mixed })).rejects.toThrow(/kvCache/);
  });
});
