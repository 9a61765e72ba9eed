import { decide, recoveryOf, unevenLosses, type Comparison, type Metrics } from '@quantloop/core';
import { expect, test } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const versus = (ratio: number, half: number, adjustedPValue: number): Comparison => ({
  difference: { value: ratio - 1, low: ratio - half - 1, high: ratio + half - 1 },
  ratio: { value: ratio, low: ratio - half, high: ratio + half },
  pairs: 500,
  test: 'mcnemar',
  pValue: adjustedPValue / 4,
  adjustedPValue,
});

/** Four tasks of which mathematics keeps two thirds, and the mean nine tenths. */
const metrics: Metrics = {
  'gsm8k.exact_match': measured(2 / 3, versus(2 / 3, 0.05, 1e-6)),
  'arc.acc': measured(0.97, versus(0.97, 0.02, 0.02)),
  'mmlu.acc': measured(0.98, versus(0.98, 0.02, 0.2)),
  'wikitext.word_perplexity': { ...measured(1.02, versus(1.02, 0.001, 1e-6)), higherIsBetter: false },
  'recovery.mean': measured(0.9),
};

function measured(value: number, versusBaseline?: Comparison) {
  return {
    value,
    unit: 'fraction',
    low: value - 0.02,
    high: value + 0.02,
    n: 500,
    higherIsBetter: true,
    convention: 'lm-eval',
    ...(versusBaseline !== undefined && { versusBaseline }),
  };
}

test('a task that falls by a third while the mean falls by a tenth is named, and no other', () => {
  expect(unevenLosses(metrics)).toEqual([
    { metric: 'gsm8k.exact_match', recovery: metrics['gsm8k.exact_match']!.versusBaseline!.ratio, mean: 0.9 },
  ]);
});

test('a loss that may be chance among so many tasks, or that the mean tells as well, is not named', () => {
  const changed = (comparison: Comparison) =>
    unevenLosses({ ...metrics, 'gsm8k.exact_match': measured(0.7, comparison) });
  expect(changed(versus(2 / 3, 0.05, 0.06))).toEqual([]);
  expect(changed(versus(0.88, 0.05, 1e-6))).toEqual([]);
});

test('the reason of a winner says what its mean hides', () => {
  const winner = sampleTrial('int4', { bytes: 1 });
  Object.assign(winner.metrics, metrics);
  const campaign = sampleCampaign({
    requirements: { metric: 'model.bytes', max: { value: 10, relative: false } },
  });
  const [selection] = decide(campaign, [sampleTrial('baseline'), winner]).selections;
  expect(selection?.because).toBe(
    'int4 is the only one of 2 measured versions that meets every requirement. Beware: of gsm8k.exact_match it keeps 66.7 % (61.7 % to 71.7 %), where the mean over tasks keeps 90 %.',
  );
});

test('where lower is better what is kept is the inverse ratio', () => {
  const comparison = versus(1.25, 0.05, 0.01);
  const { value, low, high } = recoveryOf({ higherIsBetter: false }, comparison);
  expect(value).toBeCloseTo(0.8, 12);
  expect(low).toBeCloseTo(1 / 1.3, 12);
  expect(high).toBeCloseTo(1 / 1.2, 12);
  expect(recoveryOf({ higherIsBetter: true }, comparison)).toEqual(comparison.ratio);
});
