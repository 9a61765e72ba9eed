import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Recipe } from '@quantloop/core';
import { DEMO_MODEL, importModel, loadTokenizer } from '@quantloop/models';
import { quantizeFolder } from '@quantloop/quantize';
import { generateGreedy } from '@quantloop/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDecoder } from './support/logits-of.ts';
import { temporaryFolder } from './support/model-folder.ts';
import { recipeOf } from './support/recipe.ts';

const PROMPTS = ['Once upon a time', 'The little dog', '3 + 4 ='];
const NEW_TOKENS = 32;

let demo: string;
beforeAll(async () => {
  demo = join(await temporaryFolder(), 'demo');
  await importModel({ source: DEMO_MODEL, folder: demo });
});

interface Continuation {
  prompt: number[];
  generated: number[];
}

/** Greedy continuations by transformers.js, in a process of its own that takes the folder as it is. */
async function byTransformers(folder: string): Promise<Continuation[]> {
  const program = fileURLToPath(new URL('./support/transformers-consumer.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    folder,
    String(NEW_TOKENS),
    ...PROMPTS,
  ]);
  return JSON.parse(stdout) as Continuation[];
}

async function byRuntime(folder: string): Promise<Continuation[]> {
  const tokenizer = await loadTokenizer(folder);
  await using session = await openDecoder(folder);
  const results: Continuation[] = [];
  for (const text of PROMPTS) {
    const prompt = tokenizer.encode(text);
    const { eosIds } = tokenizer;
    const [generated] = await generateGreedy({
      session,
      prompts: [prompt],
      maxNewTokens: NEW_TOKENS,
      eosIds,
    });
    results.push({ prompt, generated: generated! });
  }
  return results;
}

const RECIPES: Recipe[] = [
  recipeOf({ method: 'rtn', bits: 4 }),
  recipeOf({ method: 'rtn', bits: 8, options: { embedding: true } }),
  recipeOf({ method: 'nf4' }),
  recipeOf({ method: 'dynamic-int8' }),
];

const installed = existsSync(new URL('../../../node_modules/@huggingface/transformers', import.meta.url));
const says = installed ? '' : ' (skipped: @huggingface/transformers is not installed, run npm ci)';

describe.skipIf(!installed)(`a quantized folder opens in transformers.js as it is${says}`, () => {
  test.each(RECIPES)(
    '$method, $bits bits: and generates token by token what the runtime does',
    async (recipe) => {
      const target = await temporaryFolder();
      await quantizeFolder({ source: demo, target, recipe });
      const { eosIds } = await loadTokenizer(target);
      // transformers.js keeps the token that ends a text.
      const found = (await byTransformers(target)).map(({ prompt, generated }) => ({
        prompt,
        generated: eosIds.includes(generated.at(-1)!) ? generated.slice(0, -1) : generated,
      }));
      const ours = await byRuntime(target);
      expect(found).toEqual(ours);
      expect(ours.flatMap(({ generated }) => generated).length).toBeGreaterThan(NEW_TOKENS);
    },
  );
});

describe('what config.json declares for transformers.js', () => {
  const declared = async (edit: Record<string, unknown>) => {
    const source = await temporaryFolder();
    await importModel({ source: demo, folder: join(source, 'model') });
    const file = join(source, 'model', 'config.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...config, ...edit }));
    const target = await temporaryFolder();
    await quantizeFolder({ source: join(source, 'model'), target, recipe: recipeOf({ method: 'rtn' }) });
    const written = JSON.parse(await readFile(join(target, 'config.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(written).toMatchObject(config);
    return written['transformers.js_config'];
  };

  test('is the external data of the new model', async () => {
    expect(await declared({})).toEqual({ use_external_data_format: { 'model.onnx': 1 } });
  });

  test('no longer what the source said of its own files', async () => {
    const source = {
      dtype: 'q4f16',
      device_config: { webgpu: { dtype: 'q4' } },
      kv_cache_dtype: { fp16: 'float16' },
      use_external_data_format: { 'model.onnx': 2, 'model_q4.onnx': true },
    };
    expect(await declared({ 'transformers.js_config': source })).toEqual({
      kv_cache_dtype: { fp16: 'float16' },
      use_external_data_format: { 'model.onnx': 1 },
    });
  });
});
