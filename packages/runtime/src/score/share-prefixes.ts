import type { MergedInput } from './merge-prefixes.ts';

/** Inputs that begin alike, as the choices of one question do: the common part is run once and its cache used by all. */
export interface PrefixGroup {
  /** Common tokens; every member has at least one more. */
  length: number;
  members: MergedInput[];
}

/** Below this a separate run for every remainder costs more than the common tokens. */
const SHORTEST = 32;
/** The common part must be this many times as long as each remainder: remainders run one by one, not as a batch. */
const WORTH = 2;

/**
 * Groups inputs by long common beginnings.
 *
 * @param inputs as `mergePrefixes` orders them, so that those which begin alike are neighbours.
 */
export function sharePrefixes(inputs: readonly MergedInput[]): {
  groups: PrefixGroup[];
  rest: MergedInput[];
} {
  const candidates: PrefixGroup[] = [];
  for (const input of inputs) {
    const group = candidates.at(-1);
    const length =
      group === undefined ? 0 : commonLength(group.members[0]!.tokens, input.tokens, group.length);
    if (
      group !== undefined &&
      [...group.members, input].every(({ tokens }) => isWorth(length, tokens.length))
    ) {
      group.members.push(input);
      group.length = length;
    } else candidates.push({ length: input.tokens.length, members: [input] });
  }
  return {
    groups: candidates.filter(({ members }) => members.length > 1),
    rest: candidates.filter(({ members }) => members.length === 1).flatMap(({ members }) => members),
  };
}

const isWorth = (common: number, whole: number) => common >= SHORTEST && common >= WORTH * (whole - common);

function commonLength(a: ArrayLike<number>, b: ArrayLike<number>, limit: number): number {
  let length = 0;
  while (length < Math.min(limit, b.length) && a[length] === b[length]) length += 1;
  return length;
}
