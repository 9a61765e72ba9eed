import type { Comparison, Estimate } from '@quantloop/core';
import { mcnemar } from './mcnemar.ts';
import { wilson } from './proportion-interval.ts';
import { Z95 } from './student-t.ts';

/**
 * Right-or-wrong results of two models on the same items. Difference: adjusted Wald of Agresti & Min (2005); ratio:
 * hybrid Wilson of Bonett & Price (2006). Both rest on the discordant pairs, as McNemar's test does, and keep a width
 * where no pair differs, which a bootstrap does not. `pValue` is McNemar's mid-p.
 *
 * @param candidate 0 or 1 an item; `baseline` the same items in the same order.
 */
export function pairedProportions(candidate: readonly number[], baseline: readonly number[]): Comparison {
  const n = candidate.length;
  if (n !== baseline.length || n === 0) {
    throw new RangeError(`cannot pair ${n} with ${baseline.length} results`);
  }
  let both = 0;
  let gained = 0;
  let lost = 0;
  for (let i = 0; i < n; i++) {
    if (candidate[i] === 1 && baseline[i] === 1) both += 1;
    else if (candidate[i] === 1) gained += 1;
    else if (baseline[i] === 1) lost += 1;
  }
  return {
    difference: adjustedWald(gained, lost, n),
    ratio: hybridRatio(both, gained, lost),
    pairs: n,
    test: 'mcnemar',
    pValue: mcnemar({ gained, lost }).midP,
  };
}

function adjustedWald(gained: number, lost: number, n: number): Estimate {
  const value = (gained - lost) / n;
  const total = n + 2;
  const half = (Z95 * Math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / total)) / total;
  const center = (gained - lost) / total;
  return {
    value,
    low: Math.max(-1, Math.min(value, center - half)),
    high: Math.min(1, Math.max(value, center + half)),
  };
}

function hybridRatio(both: number, gained: number, lost: number): Estimate {
  const candidate = both + gained;
  const baseline = both + lost;
  const n = both + gained + lost;
  // Neither ever right: equal, as far as can be told. A ratio to zero is bounded to stay a number in JSON.
  if (n === 0) return { value: 1, low: 0, high: Number.MAX_VALUE };
  const a = Math.sqrt((gained + lost + 2) / ((candidate + 1) * (baseline + 1)));
  const b = Math.sqrt((1 - (candidate + 1) / (n + 2)) / (candidate + 1));
  const c = Math.sqrt((1 - (baseline + 1) / (n + 2)) / (baseline + 1));
  const z = (a / (b + c)) * Z95;
  const top = wilson(candidate, n, z);
  const bottom = wilson(baseline, n, z);
  const value = baseline === 0 ? Number.MAX_VALUE : candidate / baseline;
  const high = bottom.low === 0 ? Number.MAX_VALUE : top.high / bottom.low;
  return { value, low: Math.min(value, top.low / bottom.high), high: Math.max(value, high) };
}
