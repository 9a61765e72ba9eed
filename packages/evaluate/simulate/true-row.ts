import { type Campaign, headline, type Measurement, type Metrics, type Trial } from '@quantloop/core';
import { accuracy } from './evidence.ts';
import type { Truth } from './world.ts';

/** A trial as measurements without noise would show it. */
export function trueRow(
  campaign: Campaign,
  plan: Pick<Trial, 'id' | 'model' | 'target' | 'recipe' | 'label' | 'round' | 'simulated'>,
  truth: Truth,
  base: Truth,
): Trial {
  const metrics: Metrics = {
    'model.bytes': exactly(truth.bytes, base.bytes, false),
    'memory.peak': exactly(truth.memory, base.memory, false),
    'wikitext.word_perplexity': exactly(truth.perplexity, base.perplexity, false),
  };
  for (const check of campaign.fidelity) {
    if (check.kind !== 'task' || check.name === 'wikitext') continue;
    const score = (of: Truth) => accuracy(of, check.name);
    metrics[`${check.name}.acc`] = exactly(score(truth), score(base), true);
  }
  for (const scenario of campaign.performance) {
    const { name, higherIsBetter } = headline(scenario);
    const read = (of: Truth) => of[scenario.name as 'single' | 'batched'] ** (higherIsBetter ? 1 : -1);
    metrics[name] = exactly(read(truth), read(base), higherIsBetter);
  }
  return { ...plan, status: 'measured', metrics, artifact: null, stages: {}, provenance: {} };
}

function exactly(value: number, base: number, higherIsBetter: boolean): Measurement {
  const at = (one: number) => ({ value: one, low: one, high: one });
  return {
    ...at(value),
    unit: '',
    n: 1,
    higherIsBetter,
    convention: 'truth',
    versusBaseline: { difference: at(value - base), ratio: at(value / base), pairs: 0, test: 'exact' },
  };
}
