import { limitOf, limitsIn } from '@quantloop/core';
import { change, state } from '../state/address.ts';
import { facts } from '../state/model.ts';

/** More digits than these nobody sets by hand. */
const DIGITS = 4;

/** Sets a limit, by its place among the campaign's, to another value; its own value is no change. */
export function moveLimit(index: number, to: number): void {
  const { [index]: _, ...others } = state.value.limits;
  const own = limitOf(limitsIn(facts.value.campaign.requirements)[index]!).limit.value;
  const value = Number(to.toPrecision(DIGITS));
  change({ limits: value === own ? others : { ...others, [index]: value } });
}
