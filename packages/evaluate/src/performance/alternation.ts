/** Which of the two models a request went to. */
export type Side = 'baseline' | 'candidate';

/**
 * The order within a pair of requests. Pairs are mirrored, baseline–candidate then candidate–baseline, so that a
 * steady drift of the machine adds as much to one side as to the other.
 */
export function pairOrder(pair: number, sides: readonly Side[]): Side[] {
  return pair % 2 === 0 ? [...sides] : [...sides].reverse();
}

/** One model's share of what was measured, by pair. */
export function ofSide<Sample extends { pair: number; side: Side }>(
  samples: readonly Sample[],
  side: Side,
): Sample[] {
  return samples.filter((sample) => sample.side === side).sort((a, b) => a.pair - b.pair);
}
