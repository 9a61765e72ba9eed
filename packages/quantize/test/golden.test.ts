import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importModel, loadTokenizer } from '@quantloop/models';
import { collectStatistics, quantizeFolder, Statistics } from '@quantloop/quantize';
import { openSession, scoreSequences } from '@quantloop/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from './support/model-folder.ts';
import { recipeOf } from './support/recipe.ts';

const data = new URL('../../../../shared/data/', import.meta.url).pathname;
const present = existsSync(join(data, 'golden/quantized.json'));

describe.skipIf(!present)(
  'perplexity beside llm-compressor’s (needs ../shared/data)',
  { timeout: 240_000 },
  () => {
    let sequences: { tokens: number[]; from: number }[];
    let golden: { fp32: number; rtn: Record<string, number>; gptq: Record<string, number> };
    let calibration: { sequences: number[][] };

    /** BOS and the first 200 stories, cut at 512 tokens; all tokens but the BOS are scored. */
    const perplexity = async (folder: string): Promise<number> => {
      const engine = { kind: 'onnxruntime', provider: 'cpu', threads: 1 } as const;
      const session = await openSession({ folder, engine });
      try {
        const scores = await scoreSequences({ session, sequences });
        const logProbabilities = scores.flatMap((score) => [...score.logProbabilities]);
        expect(logProbabilities).toHaveLength(80862);
        return Math.exp(-logProbabilities.reduce((sum, value) => sum + value, 0) / logProbabilities.length);
      } finally {
        await session.release();
      }
    };

    let source: string;
    let statistics: Statistics;
    beforeAll(async () => {
      golden = JSON.parse(readFileSync(join(data, 'golden/quantized.json'), 'utf8'));
      source = await temporaryFolder();
      await importModel({ source: join(data, 'models/stories260k'), folder: source });
      const tokenizer = await loadTokenizer(source);
      const lines = readFileSync(join(data, 'eval/tinystories.jsonl'), 'utf8').split('\n');
      const tokensOf = (line: string) => {
        const ids = tokenizer.encode(JSON.parse(line).text, { addSpecialTokens: false });
        return [tokenizer.bosId!, ...ids].slice(0, 512);
      };
      sequences = lines.slice(0, 200).map((line) => ({ tokens: tokensOf(line), from: 1 }));
      calibration = { sequences: lines.slice(500, 628).map(tokensOf) };
      const collected = await temporaryFolder();
      await collectStatistics({ source, target: collected, sequences: calibration.sequences });
      statistics = await Statistics.open(collected);
    });

    const rescaled = async (method: string, bits: number, symmetric: boolean): Promise<number> => {
      const target = await temporaryFolder();
      const options = { head: false, symmetricRange: 'centered', accuracyLevel: 0 };
      const recipe = recipeOf({ method, bits, symmetric, granularity: 'channel', options });
      await quantizeFolder({ source, target, recipe, calibration, statistics });
      return perplexity(target);
    };

    test('before quantization', async () => {
      expect(await perplexity(source)).toBeCloseTo(golden.fp32, 3);
    });

    for (const [name, bits, symmetric] of [
      ['8-sym', 8, true],
      ['4-sym', 4, true],
      ['4-asym', 4, false],
      ['3-asym', 3, false],
    ] as const) {
      test(`rtn per channel, ${name}`, async () => {
        const target = await temporaryFolder();
        const options = { head: false, symmetricRange: 'centered' };
        const recipe = recipeOf({ method: 'rtn', bits, symmetric, granularity: 'channel', options });
        await quantizeFolder({ source, target, recipe });
        const measured = await perplexity(target);
        expect(Math.abs(measured / golden.rtn[name]! - 1), `${measured}`).toBeLessThan(0.005);
      });
    }

    test.each([3, 4])('hqq with %d bits is below rtn', async (bits) => {
      const perplexities: number[] = [];
      for (const method of ['hqq', 'rtn']) {
        const target = await temporaryFolder();
        const options = { head: false };
        const granularity = { group: 64 };
        await quantizeFolder({
          source,
          target,
          recipe: recipeOf({ method, bits, symmetric: false, granularity, options }),
        });
        perplexities.push(await perplexity(target));
      }
      expect(perplexities[0]).toBeLessThan(perplexities[1]!);
    });

    for (const [name, bits, symmetric] of [
      ['4-sym', 4, true],
      ['4-asym', 4, false],
      ['3-asym', 3, false],
    ] as const) {
      test(`gptq per channel, ${name}: at or below`, async () => {
        const target = await temporaryFolder();
        // The grid of llm-compressor: only what is done with it may make the difference.
        const options = { head: false, symmetricRange: 'centered', accuracyLevel: 0 };
        const recipe = recipeOf({ method: 'gptq', bits, symmetric, granularity: 'channel', options });
        await quantizeFolder({ source, target, recipe, calibration });
        expect(await perplexity(target)).toBeLessThanOrEqual(golden.gptq[name]!);
      });

      test.each(['awq', 'awq-gptq'])(`%s per channel, ${name}: at or below GPTQ`, async (method) => {
        expect(await rescaled(method, bits, symmetric)).toBeLessThanOrEqual(golden.gptq[name]!);
      });
    }
  },
);
