import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { expandRecipes, type Calibration, type Proposal, type Recipe, type Wish } from '@quantloop/core';
import { METHOD_FACTS, type SensitivityScan } from '@quantloop/quantize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareCandidates } from '../../src/candidates/prepare-candidates.ts';
import { withOverheads } from '../../src/sensitivity/with-overheads.ts';

const targets = [{ id: 'cpu', engine: { kind: 'onnxruntime' as const, provider: 'cpu' as const } }];
const recipeOf = (written: object): Recipe =>
  expandRecipes([{ method: 'rtn', granularity: 'channel', ...written }], METHOD_FACTS).recipes[0]!.recipe;

const roles = ['q_proj', 'down_proj'] as const;
/** Four weights of 1000 bytes; at 3 bits they take 100, at 8 bits 250, and the first layer suffers most. */
const scan: SensitivityScan = {
  schemaVersion: 1,
  recipes: [3, 8].map((bits) => {
    const { exclude: _, mix: __, ...recipe } = recipeOf({ bits });
    return { label: `rtn-int${bits}`, recipe };
  }),
  exclude: [],
  weights: [0, 1].flatMap((layer) =>
    roles.map((role) => ({
      name: `layers.${layer}.${role}.weight`,
      nodes: [`layers.${layer}.${role}`],
      role,
      layer,
      k: 8,
      n: 8,
      bytes: 1000,
      stays: false,
      results: [100, 250].map((bytes, i) => {
        const value = (layer === 0 ? 1 : 0.01) / (1 + 99 * i);
        return {
          kind: 'measured' as const,
          bytes,
          weightError: 0.1,
          divergence: { value, low: value, high: value },
        };
      }),
    })),
  ),
  left: [],
  bytes: 4500,
  windows: 1,
  tokens: 8,
  provenance: {},
};
const UNQUANTIZED = 5000;

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-candidates-'));
  store = await openStore({ root: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const prepared = (wish: Wish, calibration?: Calibration) => {
  const proposal: Proposal = { model: 'tiny', targets: ['cpu'], wish, why: 'It may do' };
  const texts = calibration === undefined ? {} : { calibration };
  return prepareCandidates({ proposals: [proposal], targets, ...texts }, store);
};

/** The first of so many texts. */
async function calibrationOf(available: number, samples: number): Promise<Calibration> {
  const lines = Array.from({ length: available }, (_, i) => `${JSON.stringify({ text: `text ${i}` })}\n`);
  const text = await store.putBytes(new TextEncoder().encode(lines.join('')), 'application/jsonl');
  return { text, samples, tokens: 512, seed: 0 };
}

describe('what a round wants becomes recipes', () => {
  it('a mix has the higher precision where it hurts, within the bytes asked for', async () => {
    const wish: Wish = {
      kind: 'mix',
      scan: await store.putJson(scan),
      bytes: 1000 + 2 * 100 + 2 * 250,
      unquantized: UNQUANTIZED,
      measured: [],
    };
    const { candidates, refused } = await prepared(wish);
    expect(refused).toEqual([]);
    const [{ recipe, why }] = candidates as [(typeof candidates)[number]];
    const at = (layers: string) => recipe.mix.find((entry) => entry.layers === layers)?.recipe;
    expect(recipe.bits === 3 ? at('0') : at('1')).toMatchObject({ bits: recipe.bits === 3 ? 8 : 3 });
    expect(why).toMatch(/^It may do: a mix of 2 × rtn-int3.*, 2 × rtn-int8/);
  });

  it('a size that no mix has is refused with the reason', async () => {
    const scanned = await store.putJson(scan);
    const wish: Wish = { kind: 'mix', scan: scanned, bytes: 1100, unquantized: UNQUANTIZED, measured: [] };
    const { candidates, refused } = await prepared(wish);
    expect(candidates).toEqual([]);
    expect(refused).toEqual([{ proposal: 0, reason: expect.stringContaining('the smallest takes') }]);
  });

  it('neighbours of a recipe are complete recipes of its method', async () => {
    const { candidates } = await prepared({ kind: 'around', recipe: recipeOf({ bits: 4 }), aim: 'quality' });
    expect(candidates.map(({ label }) => label)).toEqual([
      'rtn-int4-g128-sym',
      'rtn-int4-channel-asym',
      'rtn-int4-channel-sym-clip-mse',
    ]);
    expect(candidates[0]).toMatchObject({ model: 'tiny', targets: ['cpu'], simulatedOn: [] });
  });

  it('a calibrated one may take more of the texts, and others of them, while there are more', async () => {
    const changed = async (available: number) => {
      const recipe = recipeOf({ method: 'gptq', bits: 4 });
      const calibration = await calibrationOf(available, 128);
      const { candidates } = await prepared({ kind: 'around', recipe, aim: 'quality' }, calibration);
      return candidates.flatMap((each) => (each.recipe.calibration === undefined ? [] : [each]));
    };
    const found = await changed(200);
    expect(found.map(({ recipe, why }) => [recipe.calibration, why])).toEqual([
      [{ samples: 200 }, 'It may do: 200 calibration texts.'],
      [{ seed: 1 }, 'It may do: other calibration texts (seed 1).'],
    ]);
    expect(found[0]?.label).toMatch(/^gptq-int4-.*-samples-200$/);
    expect(await changed(128)).toEqual([]);
  });

  it('methods made for batches round activations too, and without texts none is calibrated', async () => {
    const { candidates } = await prepared({ kind: 'suited', load: 'asynchronous' });
    expect(candidates.map(({ recipe }) => recipe.method)).toEqual(['dynamic-int8']);
  });
});

describe('what a weight takes beside itself', () => {
  const bytesOf = (with_: SensitivityScan) =>
    with_.weights.map(({ results }) =>
      results.map((result) => (result.kind === 'refused' ? 0 : result.bytes)),
    );

  it('is what models quantized alike take more than the scan says', () => {
    const uniform = { recipe: recipeOf({ bits: 3 }), bytes: 1000 + 4 * 100 + 4 * 25 };
    const other = { recipe: recipeOf({ bits: 8 }), bytes: 1000 + 4 * 250 + 4 * 5 };
    expect(bytesOf(withOverheads(scan, [uniform, other], UNQUANTIZED))).toEqual(
      Array.from({ length: 4 }, () => [125, 255]),
    );
  });

  it('counts as the most that is known where a precision was not measured', () => {
    const uniform = { recipe: recipeOf({ bits: 3 }), bytes: 1000 + 4 * 100 + 4 * 25 };
    expect(bytesOf(withOverheads(scan, [uniform], UNQUANTIZED))[0]).toEqual([125, 275]);
  });
});
