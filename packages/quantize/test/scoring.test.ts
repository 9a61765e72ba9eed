import { openSession, scoreSequences, type ScoredSequence } from '@quantloop/runtime';
import { expect, test } from 'vitest';
import { quantizeFolder } from '../src/index.ts';
import { demoModel } from './support/demo-model.ts';
import { temporaryFolder } from './support/model-folder.ts';
import { recipeOf } from './support/recipe.ts';

const engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 } as const;

/** Whether the head of each is one behind which tokens stay apart: one scale for all tokens mixes them. */
const RECIPES = [
  [{ method: 'rtn', bits: 4 }, true],
  [{ method: 'nf4' }, true],
  [{ method: 'fp8' }, true],
  [{ method: 'bf16' }, true],
  [{ method: 'dynamic-int8' }, true],
  [{ method: 'dynamic-int8', options: { activations: 'tensor' } }, false],
] as const;

test.for(RECIPES)('a quantized head scores chosen places as it scores all: %j', async ([recipe, selects]) => {
  const { folder: source, sequences } = await demoModel({ texts: 6, tokens: 40 });
  const target = await temporaryFolder();
  await quantizeFolder({ source, target, recipe: recipeOf(recipe) });
  const texts: ScoredSequence[] = sequences.flatMap((tokens) => [
    { tokens, from: tokens.length - 4 },
    { tokens: [...tokens.slice(0, -2), 7, 8, 9], from: tokens.length - 2 },
  ]);
  const score = async (scoring: boolean) => {
    await using session = await openSession({ folder: target, engine, scoring });
    expect(session.shape.selects).toBe(scoring && selects);
    // One text at a time: a scale for all tokens depends on what else is in the batch.
    const scores = [];
    for (const text of texts) scores.push(...(await scoreSequences({ session, sequences: [text] })));
    return scores;
  };
  const [plain, edited] = [await score(false), await score(true)];
  plain.forEach(({ logProbabilities, greedy }, i) => {
    expect(edited[i]!.greedy).toBe(greedy);
    logProbabilities.forEach((value, j) => expect(edited[i]!.logProbabilities[j]!).toBeCloseTo(value, 3));
  });
});
