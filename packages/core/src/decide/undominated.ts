/** Where points lie on an axis of which more is better: of the i-th from `low[i]` to `high[i]`. */
export interface Column {
  low: Float64Array;
  high: Float64Array;
}

/**
 * Those of the points, given and returned as ascending indices, that no other of them dominates. `a` dominates `b` when `a`
 * lies above `b` on one axis, the spans apart, and `b` above `a` on none; with spans of no width that is Pareto dominance.
 * Exact. O(n log n) over two axes; over more, what a few good points leave is held against every other until one dominates
 * it.
 */
export function undominated(columns: readonly Column[], points: readonly number[]): number[] {
  const good: number[] = [];
  // What surpasses a point dominates whatever that point dominates: the rest is enough to be held against.
  const rest = withoutSurpassed(points, columns, good);
  const open = rest.filter((point) => !good.some((other) => dominates(columns, other, point)));
  const [first, second] = columns;
  if (first === undefined || second === undefined || columns.length > 2) {
    return open.filter((point) => !rest.some((other) => dominates(columns, other, point)));
  }
  const dominated = new Set([
    ...dominatedFrom(first, second, { open, rest }),
    ...dominatedFrom(second, first, { open, rest }),
  ]);
  return open.filter((point) => !dominated.has(point));
}

function dominates(columns: readonly Column[], a: number, b: number): boolean {
  let above = false;
  for (const { low, high } of columns) {
    if (high[a]! < low[b]!) return false;
    if (low[a]! > high[b]!) above = true;
  }
  return above;
}

/** To lie above on every axis. */
function surpasses(columns: readonly Column[], a: number, b: number): boolean {
  for (const { low, high } of columns) if (low[a]! <= high[b]!) return false;
  return columns.length > 0;
}

/** How many good points are kept. */
const WINDOW = 8;

/** Leaves out the points that one of the good ones surpasses, and makes these better by what comes up. */
function withoutSurpassed(points: readonly number[], columns: readonly Column[], good: number[]): number[] {
  return points.filter((point) => {
    if (good.some((other) => surpasses(columns, other, point))) return false;
    const place = good.findIndex((other) => surpasses(columns, point, other));
    if (place >= 0) good[place] = point;
    else if (good.length < WINDOW) good.push(point);
    return true;
  });
}

/** The open points that one of the rest, above them on one axis, reaches on the other. */
function dominatedFrom(
  axis: Column,
  other: Column,
  { open, rest }: { open: readonly number[]; rest: readonly number[] },
): number[] {
  const rising = [...open].sort((a, b) => axis.high[a]! - axis.high[b]!);
  const bounds = Float64Array.from(rising, (point) => axis.high[point]!);
  // reach[i]: how high those come on the other axis that lie above the first i open points on this one, and no more.
  const reach = new Float64Array(rising.length + 1).fill(-Infinity);
  for (const point of rest) {
    const count = countBelow(bounds, axis.low[point]!);
    reach[count] = Math.max(reach[count]!, other.high[point]!);
  }
  for (let i = rising.length - 1; i >= 0; i -= 1) reach[i] = Math.max(reach[i]!, reach[i + 1]!);
  return rising.filter((point, i) => reach[i + 1]! >= other.low[point]!);
}

/** How many of the ascending numbers are below a value. */
function countBelow(ascending: Float64Array, value: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (ascending[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
