import { readdir } from 'node:fs/promises';
import { mixRecipe, type QuantloopError, type Recipe, type WeightRecipe } from '@quantloop/core';
import {
  mixForBudget,
  quantizeFolder,
  scanFolder,
  type QuantizationManifest,
  type ScanFolderOptions,
  type SensitivityScan,
} from '@quantloop/quantize';
import { beforeAll, describe, expect, test } from 'vitest';
import { tokenWindows } from '../../src/sensitivity/token-windows.ts';
import { demoModel, type DemoModel } from '../support/demo-model.ts';
import { linearsFolder, temporaryFolder } from '../support/model-folder.ts';
import { meanDivergence } from '../support/output-divergence.ts';
import { normals } from '../support/random.ts';
import { weightRecipeOf } from '../support/recipe.ts';

/** Without rounding of activations, so that what is measured is the weights alone. */
const precision = (bits: number): WeightRecipe =>
  weightRecipeOf({ method: 'rtn', bits, options: { accuracyLevel: 0 } });
const PRECISIONS = [3, 4, 8].map(precision);

let demo: DemoModel;
let windows: number[][];
let scan: SensitivityScan;
/** A scan of the demo model takes some 10 s on two idle cores. */
beforeAll(async () => {
  demo = await demoModel({ texts: 12, tokens: 96 });
  windows = tokenWindows(demo.sequences);
  scan = await scanned({});
}, 240_000);

async function scanned(options: Partial<ScanFolderOptions>): Promise<SensitivityScan> {
  const scratch = await temporaryFolder();
  const { folder: source, sequences } = demo;
  return scanFolder({ source, recipes: PRECISIONS, calibration: { sequences }, scratch, ...options });
}

/** What a recipe really does to the model. */
async function measured(recipe: Recipe): Promise<{ manifest: QuantizationManifest; divergence: number }> {
  const target = await temporaryFolder();
  const manifest = await quantizeFolder({ source: demo.folder, target, recipe });
  return { manifest, divergence: await meanDivergence(demo.folder, target, windows) };
}

/** What each weight is assigned, as one recipe. */
const assigned = (pick: (index: number) => WeightRecipe | 'keep'): Recipe =>
  mixRecipe(
    scan.weights.map(({ name, role, layer }, index) => ({ name, role, layer, recipe: pick(index) })),
  )!;

const resultOf = (weight: number, recipe: number) => {
  const result = scan.weights[weight]!.results[recipe]!;
  return result.kind === 'measured' ? result : expect.fail(result.reason);
};

const failure = (promise: Promise<unknown>): Promise<QuantloopError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: QuantloopError) => error,
  );

describe('a sensitivity scan', { timeout: 240_000 }, () => {
  test('measures every weight at every precision; fewer bits do more, to the output and to the weight', () => {
    const { weights, windows: count, tokens } = scan;
    // Seven in each of five layers, embedding and head.
    expect(weights.length).toBe(5 * 7 + 2);
    expect(new Set(weights.map(({ role, layer }) => `${role} ${layer}`)).size).toBe(weights.length);
    expect([count, tokens]).toEqual([windows.length, windows.length * windows[0]!.length]);
    for (const index of weights.keys()) {
      const [three, four, eight] = PRECISIONS.map((_, recipe) => resultOf(index, recipe));
      expect(three!.weightError).toBeGreaterThan(four!.weightError);
      expect(four!.weightError).toBeGreaterThan(eight!.weightError);
      expect(four!.divergence.value).toBeGreaterThan(20 * eight!.divergence.value);
      expect(three!.bytes).toBeLessThan(four!.bytes);
      for (const { divergence } of [three!, four!, eight!]) {
        expect(divergence.low).toBeLessThanOrEqual(divergence.value);
        expect(divergence.high).toBeGreaterThan(divergence.value);
      }
    }
  });

  test('finds what two whole models differ by, of which one has that weight alone quantized', async () => {
    const places = ['0 q_proj', '2 down_proj', '4 gate_proj', 'null lm_head', 'null embed_tokens'];
    for (const [i, place] of places.entries()) {
      const weight = scan.weights.findIndex(({ role, layer }) => `${layer} ${role}` === place);
      const recipe = i % 2;
      const { manifest, divergence } = await measured(
        assigned((index) => (index === weight ? PRECISIONS[recipe]! : 'keep')),
      );
      expect(manifest.quantized.map(({ name }) => name)).toEqual([scan.weights[weight]!.name]);
      const found = resultOf(weight, recipe);
      expect(manifest.quantized[0]!.bytesAfter).toBe(found.bytes);
      expect(manifest.quantized[0]!.error.relative).toBeCloseTo(found.weightError, 12);
      expect(Math.abs(found.divergence.value / divergence - 1), `${place}: ${divergence}`).toBeLessThan(1e-3);
    }
  });

  test('predicts by sums what mixed recipes do', async () => {
    let state = 1;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const pairs: { predicted: number; actual: number }[] = [];
    for (let mix = 0; mix < 10; mix++) {
      // From mostly 3 bits to mostly 8.
      const picks = scan.weights.map(() => Math.min(2, Math.floor(random() * (1 + 0.35 * mix))));
      const predicted = picks.reduce((sum, pick, weight) => sum + resultOf(weight, pick).divergence.value, 0);
      const { divergence: actual } = await measured(assigned((index) => PRECISIONS[picks[index]!]!));
      pairs.push({ predicted, actual });
    }
    const logs = pairs.map(({ predicted, actual }) => [Math.log(predicted), Math.log(actual)] as const);
    const ranks = (values: number[]) => values.map((value) => values.filter((other) => other < value).length);
    const spearman = pearson(ranks(logs.map(([x]) => x)), ranks(logs.map(([, y]) => y)));
    const found = pearson(
      logs.map(([x]) => x),
      logs.map(([, y]) => y),
    );
    console.log(
      `predicted and measured divergence of ${pairs.length} mixes: r = ${found.toFixed(4)}, ranks ${spearman.toFixed(4)};`,
      `ratios ${pairs.map(({ predicted, actual }) => (actual / predicted).toFixed(2)).join(' ')}`,
    );
    expect(found).toBeGreaterThan(0.95);
    expect(spearman).toBeGreaterThan(0.9);
  });

  test('leaves nothing in its scratch folder, and nothing when it is cancelled', async () => {
    const scratch = await temporaryFolder();
    const stop = new AbortController();
    const seen: number[] = [];
    const cancelled = scanned({
      scratch,
      recipes: [precision(4)],
      signal: stop.signal,
      onProgress: ({ done }) => {
        seen.push(done);
        if (done === 2) stop.abort(new Error('enough'));
      },
    });
    await expect(cancelled).rejects.toThrow('enough');
    expect(seen).toEqual([0, 1, 2]);
    expect(await readdir(scratch)).toEqual([]);
  });

  test('goes on from the weights that were finished before it was interrupted, to the same result', async () => {
    const blocks = new Map<string, Uint8Array>();
    const checkpoint = {
      read: async (name: string) => blocks.get(name),
      write: async (name: string, bytes: Uint8Array) => void blocks.set(name, bytes),
    };
    const options = { recipes: [precision(4)], exclude: ['*layers.{0,1,2,3}.*', '*embed*'], checkpoint };
    for (const last of [1, 2, 5]) {
      const interrupted = scanned({
        ...options,
        onProgress: ({ done }) => {
          if (done === last) throw new Error('pulled the plug');
        },
      });
      await expect(interrupted).rejects.toThrow('pulled the plug');
      expect(blocks.size).toBe(last);
    }
    let resumed = 0;
    const onResumed = (weights: number) => (resumed = weights);
    const whole = await scanned({ ...options, onResumed });
    expect(resumed).toBe(5);
    expect(whole).toEqual(await scanned({ recipes: options.recipes, exclude: options.exclude }));
    const same = scan.weights.filter(({ layer, role }) => layer === 4 || role === 'lm_head');
    expect(whole.weights.map(({ results: [four] }) => four)).toEqual(same.map(({ results }) => results[1]));
  });

  test('scans methods that are calibrated on what the unquantized model feeds them', async () => {
    const [plain, gptq] = ['rtn', 'gptq'].map((method) => weightRecipeOf({ method, bits: 3 }));
    const { weights } = await scanned({
      recipes: [plain!, gptq!].map((recipe) => ({ ...recipe, granularity: { group: 32 } })),
      exclude: ['*layers.{0,1,3,4}.*', '*embed*', '*lm_head*'],
    });
    const sums = [0, 1].map((recipe) =>
      weights.reduce((sum, { results }) => {
        const result = results[recipe]!;
        return sum + (result.kind === 'measured' ? result.divergence.value : Number.NaN);
      }, 0),
    );
    expect(weights).toHaveLength(7);
    expect(sums[1]).toBeLessThan(sums[0]!);
  });

  test('is refused for a method that changes more than the weight', async () => {
    expect(await failure(scanned({ recipes: [weightRecipeOf({ method: 'awq' })] }))).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/one weight and changes nothing beside it; awq rescales/),
    });
  });

  test('is refused for a model without logits', async () => {
    const source = await linearsFolder([{ name: 'a', k: 32, n: 4, weight: normals(128, 1) }]);
    expect(await failure(scanned({ source }))).toMatchObject({
      code: 'unsupported',
      message: 'The model has no output "logits", so that there is nothing to compare its versions by.',
    });
  });
});

describe('a mix for a budget', { timeout: 240_000 }, () => {
  const uniform = async (bits: number) => measured(assigned(() => precision(bits)));

  test('does less to the output than every uniform recipe of no more bytes', async () => {
    const uniforms = await Promise.all([3, 4, 8].map(uniform));
    for (const [below, above] of [
      [0, 1],
      [1, 2],
    ] as const) {
      const [small, large] = [uniforms[below]!, uniforms[above]!];
      const [least, most] = [small, large].map(({ manifest }) => manifest.totals.bytesAfter);
      for (const part of [0.25, 0.5, 0.75]) {
        const bytes = Math.round(least! + part * (most! - least!));
        const mix = mixForBudget(scan, { bytes });
        const found = await measured(mix.recipe);
        expect(found.manifest.totals.bytesAfter).toBe(mix.bytes);
        expect(mix.bytes).toBeLessThanOrEqual(bytes);
        const rivals = uniforms.filter(({ manifest }) => manifest.totals.bytesAfter <= bytes);
        const best = Math.min(...rivals.map(({ divergence }) => divergence));
        console.log(
          `${bytes} bytes: mix ${found.divergence.toExponential(3)} nats (predicted ${mix.divergence.toExponential(3)})`,
          `in ${mix.bytes} bytes, best uniform ${best.toExponential(3)};`,
          mix.counts.map(({ label, weights }) => `${weights} × ${label}`).join(', '),
        );
        expect(found.divergence).toBeLessThan(best);
      }
    }
  });

  test('of divergence is met with the fewest bytes: no mix of fewer does as little', () => {
    for (const divergence of [1e-3, 1e-2, 0.1]) {
      const mix = mixForBudget(scan, { divergence });
      expect(mix.divergence).toBeLessThanOrEqual(divergence);
      expect(mix.bytes - mix.bound).toBeLessThan(0.01 * mix.bytes);
      const smaller = mixForBudget(scan, { bytes: mix.bytes - 1 });
      expect(smaller.divergence).toBeGreaterThan(divergence);
    }
  });

  test('is refused where no mix is small enough, with the smallest there is, and where nothing is to be done', () => {
    const refusal = (budget: Parameters<typeof mixForBudget>[1]) => {
      try {
        mixForBudget(scan, budget);
      } catch (error) {
        return error as QuantloopError;
      }
      return expect.fail('it was not refused');
    };
    const { message } = refusal({ bytes: 1000 });
    const least = Number(/takes 1000 bytes: the smallest takes (\d+)\.$/.exec(message)?.[1]);
    expect(mixForBudget(scan, { bytes: least }).bytes).toBe(least);
    expect(refusal({ bytes: least - 1 }).code).toBe('invalid-spec');
    expect(refusal({ bytes: scan.bytes }).message).toMatch(/the best is to quantize nothing/);
    expect(refusal({ divergence: 0 }).message).toMatch(
      /Within a divergence of 0 nats the best is to quantize nothing/,
    );
  });
});

test('windows are of one length, and enough for an interval', () => {
  expect(tokenWindows([[1, 2, 3]])).toEqual([[1], [2], [3]]);
  const texts = Array.from({ length: 40 }, (_, i) => Array.from({ length: 10 + i }, (__, t) => 100 * i + t));
  const cut = tokenWindows(texts);
  expect(new Set(cut.map(({ length }) => length))).toEqual(new Set([49]));
  expect(cut.flat()).toEqual(texts.flat().slice(0, cut.length * 49));
});

function pearson(x: number[], y: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const dot = (a: number[], am: number, b: number[], bm: number) =>
    a.reduce((sum, value, i) => sum + (value - am) * (b[i]! - bm), 0);
  return dot(x, mx, y, my) / Math.sqrt(dot(x, mx, x, mx) * dot(y, my, y, my));
}
