import { join } from 'node:path';
import { importModel } from '@quantloop/models';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../support/decoder.ts';
import { referenceLogits } from '../support/reference-llama.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type Dtype,
  TINY,
  type TinyConfig,
  tinyWeights,
  writeTinyCheckpoint,
} from '../support/tiny-llama.ts';

const root = temporaryFolder();
const TOKENS = [0, 7, 13, 7, 41, 2, 30, 30, 18, 5, 49, 1];

interface Variant extends Partial<TinyConfig> {
  dtype?: Dtype;
  shards?: number;
}

const VARIANTS: Record<string, Variant> = {
  'grouped-query attention with a tied head': {},
  'multi-head attention': { num_key_value_heads: 4 },
  'one key-value head': { num_key_value_heads: 1 },
  'an untied head': { tie_word_embeddings: false },
  'biases everywhere': { attention_bias: true, mlp_bias: true, tie_word_embeddings: false },
  'heads of 8 channels, rotated outside attention': { head_dim: 8, attention_bias: true },
  'heads wider than hidden / heads': { head_dim: 32 },
  'another rotary base': { rope_theta: 500000 },
  'linear rotary scaling': { rope_scaling: { rope_type: 'linear', factor: 4 } },
  'Llama 3 rotary scaling': {
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
    },
  },
  'float16 weights': { dtype: 'F16' },
  'bfloat16 weights in three shards': { dtype: 'BF16', shards: 3, tie_word_embeddings: false },
};

async function importTiny(
  variant: Variant,
): Promise<{ folder: string; config: TinyConfig; weights: ReturnType<typeof tinyWeights> }> {
  const { dtype = 'F32', shards = 1, ...overrides } = variant;
  const config = { ...TINY, ...overrides };
  const weights = tinyWeights(config, dtype);
  const name = Math.random().toString(36).slice(2);
  const source = join(root, `${name}-source`);
  writeTinyCheckpoint({ folder: source, config, weights, dtype, shards });
  const { folder } = await importModel({ source, folder: join(root, name) });
  return { folder, config, weights };
}

/** Largest difference, relative to the largest logit of the position. */
function difference(found: Float32Array, expected: ArrayLike<number>): number {
  const scale = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(found, (value, i) => Math.abs(value - expected[i]!))) / scale;
}

describe('an imported Llama decoder', () => {
  test.each(Object.entries(VARIANTS))(
    'computes what a plain double-precision forward pass computes: %s',
    async (_, variant) => {
      const { folder, config, weights } = await importTiny(variant);
      const decoder = await Decoder.open(folder);
      const step = await decoder.run([TOKENS]);
      const expected = referenceLogits(config, weights, TOKENS);
      for (const [position, logits] of expected.entries()) {
        expect(difference(step.at(0, position), logits)).toBeLessThan(1e-4);
      }
      await decoder.close();
    },
  );

  test('gives the same logits token by token, and in pieces, as in one call', async () => {
    const { folder } = await importTiny({});
    const decoder = await Decoder.open(folder);
    const whole = await decoder.run([TOKENS]);
    for (const pieces of [
      TOKENS.map((token) => [token]),
      [TOKENS.slice(0, 5), TOKENS.slice(5, 6), TOKENS.slice(6)],
    ]) {
      let past: Awaited<ReturnType<Decoder['run']>> | undefined;
      let position = 0;
      for (const piece of pieces) {
        past = await decoder.run([piece], past);
        for (let i = 0; i < piece.length; i++) {
          expect(difference(past.at(0, i), whole.at(0, position++))).toBeLessThan(1e-5);
        }
      }
      expect(position).toBe(TOKENS.length);
    }
    await decoder.close();
  });

  test.each([{ head_dim: 16 }, { head_dim: 8 }])(
    'gives the rows of a right-padded batch, and their next tokens, as each alone ($head_dim channels a head)',
    async (variant) => {
      const { folder } = await importTiny(variant);
      const decoder = await Decoder.open(folder);
      const rows = [TOKENS.slice(0, 6), TOKENS.slice(3, 5), TOKENS.slice(2, 6)];
      const width = 6;
      const pad = (row: number[], value: number) => [
        ...row,
        ...Array.from({ length: width - row.length }, () => value),
      ];
      const mask = rows.map((row) =>
        pad(
          row.map(() => 1),
          0,
        ),
      );
      let batch = await decoder.run(
        rows.map((row) => pad(row, 3)),
        undefined,
        mask,
      );
      let singles = await Promise.all(rows.map((row) => decoder.run([row])));
      rows.forEach((row, index) => {
        row.forEach((_, position) => {
          expect(difference(batch.at(index, position), singles[index]!.at(0, position))).toBeLessThan(1e-5);
        });
      });
      for (const next of [
        [11, 12, 13],
        [20, 21, 22],
      ]) {
        for (const row of mask) row.push(1);
        batch = await decoder.run(
          next.map((token) => [token]),
          batch,
          mask,
        );
        singles = await Promise.all(next.map((token, index) => decoder.run([[token]], singles[index])));
        for (const [index, single] of singles.entries()) {
          expect(difference(batch.at(index, 0), single.at(0, 0))).toBeLessThan(1e-5);
        }
      }
      await decoder.close();
    },
  );

  test('names inputs and outputs as optimum does', async () => {
    const { folder } = await importTiny({});
    const decoder = await Decoder.open(folder);
    expect(decoder.session.inputNames).toEqual([
      'input_ids',
      'attention_mask',
      'past_key_values.0.key',
      'past_key_values.0.value',
      'past_key_values.1.key',
      'past_key_values.1.value',
    ]);
    expect(decoder.session.outputNames).toEqual([
      'logits',
      'present.0.key',
      'present.0.value',
      'present.1.key',
      'present.1.value',
    ]);
    await decoder.close();
  });
});
