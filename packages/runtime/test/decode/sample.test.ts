import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampler } from '../../src/index.ts';

const logitsOf = (probabilities: number[]) => Float32Array.from(probabilities, Math.log);

function frequencies(logits: Float32Array, options: Parameters<typeof sampler>[0], draws = 20_000): number[] {
  const choose = sampler(options);
  const counts = Array.from(logits, () => 0);
  for (let i = 0; i < draws; i++) counts[choose(logits)]! += 1;
  return counts.map((count) => count / draws);
}

// Four standard deviations of a share of 20,000 draws are at most 0.0142.
test.for([
  { options: {}, expected: [0.4, 0.3, 0.2, 0.1] },
  { options: { temperature: 0.5 }, expected: [16 / 30, 9 / 30, 4 / 30, 1 / 30] },
  { options: { temperature: 0 }, expected: [1, 0, 0, 0] },
  { options: { topK: 1 }, expected: [1, 0, 0, 0] },
  { options: { topK: 2 }, expected: [4 / 7, 3 / 7, 0, 0] },
  { options: { topP: 0.65 }, expected: [4 / 7, 3 / 7, 0, 0] },
  { options: { topP: 0.75 }, expected: [4 / 9, 3 / 9, 2 / 9, 0] },
  { options: { topP: 0.01 }, expected: [1, 0, 0, 0] },
  { options: { topK: 3, topP: 0.5 }, expected: [4 / 7, 3 / 7, 0, 0] },
])('draws with the probabilities of $options', ({ options, expected }) => {
  frequencies(logitsOf([0.4, 0.3, 0.2, 0.1]), { seed: 1, ...options }).forEach((share, token) =>
    expect(Math.abs(share - expected[token]!)).toBeLessThan(0.0142),
  );
});

test('equal seeds draw equal tokens, other seeds others', () => {
  const logits = logitsOf(Array.from({ length: 50 }, (_, i) => 1 / (i + 2)));
  const draw = (seed: number) => {
    const choose = sampler({ seed });
    return Array.from({ length: 40 }, () => choose(logits));
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('the first tokens of many seeds in a row are drawn with the probabilities too', () => {
  const expected = [0.4, 0.3, 0.2, 0.1];
  const counts = [0, 0, 0, 0];
  for (let seed = 0; seed < 5000; seed++) counts[sampler({ seed })(logitsOf(expected))]! += 1;
  // Four standard deviations of a share of 5,000 draws are at most 0.028.
  counts.forEach((count, token) => expect(Math.abs(count / 5000 - expected[token]!)).toBeLessThan(0.028));
});

test('what it draws is among the likeliest k and in the nucleus', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.integer(),
      (values, topK, topP, seed) => {
        const logits = Float32Array.from(values);
        const token = sampler({ topK, topP, seed })(logits);
        const better = logits.filter((logit) => logit > logits[token]!);
        expect(better.length).toBeLessThan(topK);
        const lowest = logits.toSorted().at(-topK) ?? -Infinity;
        const kept = logits.filter((logit) => logit >= lowest);
        const weight = (part: Float32Array) => part.reduce((sum, logit) => sum + Math.exp(logit), 0);
        expect(weight(better)).toBeLessThanOrEqual(topP * weight(kept) * 1.0001);
      },
    ),
  );
});
