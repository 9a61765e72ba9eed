/** Inputs that one forward pass serves: the longest, and all that are its prefixes. */
export interface MergedInput {
  tokens: ArrayLike<number>;
  /** Indices into the inputs given. */
  members: number[];
}

/**
 * Merges inputs that are equal or prefixes of one another: a causal model's outputs at a position depend on nothing
 * after it. So answers of one token cost their question once, and duplicates nothing.
 */
export function mergePrefixes(inputs: readonly ArrayLike<number>[]): MergedInput[] {
  const order = inputs.map((_, i) => i).sort((a, b) => compare(inputs[a]!, inputs[b]!) || a - b);
  const merged: MergedInput[] = [];
  // From the end: an input's extensions stand right behind it.
  for (const index of order.reverse()) {
    const tokens = inputs[index]!;
    const last = merged.at(-1);
    if (last !== undefined && isPrefix(tokens, last.tokens)) last.members.push(index);
    else merged.push({ tokens, members: [index] });
  }
  return merged;
}

function compare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

function isPrefix(prefix: ArrayLike<number>, whole: ArrayLike<number>): boolean {
  if (prefix.length > whole.length) return false;
  for (let i = 0; i < prefix.length; i++) {
    if (prefix[i] !== whole[i]) return false;
  }
  return true;
}
