import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { WeightRecipe } from '@quantloop/core';
import type { ModelProto } from '@quantloop/onnx';
import { mixForBudget, quantizeFolder, scanFolder, type SensitivityScan } from '@quantloop/quantize';
import { expect, test } from 'vitest';
import { exportFolder } from '../support/export-folder.ts';
import { genaiLlama } from '../support/exports/genai-llama.ts';
import { optimumLlama } from '../support/exports/optimum-llama.ts';
import { tinyWeights } from '../support/exports/tiny-weights.ts';
import { TOKENS } from '../support/logits-of.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { meanDivergence } from '../support/output-divergence.ts';
import { weightRecipeOf } from '../support/recipe.ts';

const [untied, tied] = [false, true].map((shared) => tinyWeights({ tied: shared }));
const precision = (bits: number): WeightRecipe =>
  weightRecipeOf({ method: 'rtn', bits, options: { accuracyLevel: 0 } });
const SEPARATE = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
const FUSED = ['qkv_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

test.each<[string, () => ModelProto, string[], { stays: boolean; table: boolean }]>([
  [
    'Optimum',
    () => optimumLlama({ weights: untied!, opset: 18, form: 'folded' }),
    SEPARATE,
    { stays: false, table: true },
  ],
  [
    'Optimum with weights behind Transpose',
    () => optimumLlama({ weights: untied!, opset: 18, form: 'transpose' }),
    SEPARATE,
    { stays: false, table: true },
  ],
  [
    'Optimum with a head that is the embedding',
    () => optimumLlama({ weights: tied!, opset: 18, form: 'folded' }),
    SEPARATE,
    { stays: true, table: false },
  ],
  [
    'onnxruntime-genai',
    () => genaiLlama({ weights: untied!, type: 'float32' }),
    FUSED,
    { stays: false, table: true },
  ],
])('%s: scanned as it was exported, and mixed to the byte', async (_, model, roles, { stays, table }) => {
  const source = await exportFolder(model());
  const scan = await scanFolder({
    source,
    recipes: [precision(3), precision(8)],
    calibration: { sequences: [TOKENS] },
    scratch: await temporaryFolder(),
  });
  const places = scan.weights.map(({ layer, role }) => `${layer ?? ''}${role}`).sort();
  const expected = [0, 1].flatMap((layer) => roles.map((role) => `${layer}${role}`));
  expect(places).toEqual([...expected, 'lm_head', ...(table ? ['embed_tokens'] : [])].sort());
  expect(scan.weights.find(({ role }) => role === 'lm_head')?.stays).toBe(stays);
  expect(scan.weights.filter((weight) => weight.stays)).toHaveLength(stays ? 1 : 0);

  const windows = TOKENS.map((token) => [token]);
  for (const budget of [{ bytes: Math.round(scan.bytes / 3) + (stays ? 4000 : 0) }, { divergence: 1e-4 }]) {
    const mix = mixForBudget(scan, budget);
    const target = await temporaryFolder();
    const { totals } = await quantizeFolder({ source, target, recipe: mix.recipe });
    expect(totals.bytesAfter).toBe(mix.bytes);
    const actual = await meanDivergence(source, target, windows);
    expect(actual).toBeLessThan(3 * mix.divergence + 1e-6);
    expect(actual).toBeGreaterThan(mix.divergence / 3 - 1e-6);
  }
});

test('killed before each weight in turn, a scan goes on from the last finished one to the same result', async () => {
  const source = await exportFolder(genaiLlama({ weights: untied!, type: 'float32' }));
  const script = new URL('../support/scan-and-die.ts', import.meta.url).pathname;
  const recipes = JSON.stringify([precision(4), weightRecipeOf({ method: 'gptq', bits: 4 })]);
  const attempt = async (store: string, kill: number) => {
    const args = [source, await temporaryFolder(), store, recipes, JSON.stringify(TOKENS), String(kill)];
    return promisify(execFile)(process.execPath, ['--conditions=@quantloop/source', script, ...args]).then(
      ({ stdout }) => JSON.parse(stdout) as { scan: SensitivityScan; resumed: number },
      (error: { signal?: string; stderr?: string }) => ({ signal: error.signal ?? error.stderr }),
    );
  };
  const undisturbed = await attempt(await temporaryFolder(), -1);
  const store = await temporaryFolder();
  for (const kill of [1, 2, 5, 9]) expect(await attempt(store, kill)).toEqual({ signal: 'SIGKILL' });
  expect(await attempt(store, -1)).toEqual({ ...undisturbed, resumed: 9, peak: expect.any(Number) });
});
