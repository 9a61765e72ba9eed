/** Where a point lies on an axis, of which more is better. */
export interface Span {
  low: number;
  high: number;
}

type Point = readonly Span[];

/**
 * Indices, ascending, of the points that no other dominates. `a` dominates `b` when `a` lies above `b` on one axis, the
 * spans apart, and `b` above `a` on none; with spans of no width that is Pareto dominance. Exact. O(n log n) over two axes;
 * over more, every point is held against those above it on an axis until one dominates it.
 */
export function undominated(points: readonly Point[]): number[] {
  const left = withoutSurpassed(points);
  const dominated = new Set<number>();
  const axes = points[0]?.length ?? 0;
  for (let axis = 0; axis < axes; axis += 1) {
    const above = left.map((i) => points[i]!).sort((a, b) => b[axis]!.low - a[axis]!.low);
    const reaches = reachesIn(above, axis);
    for (const i of left) {
      const point = points[i]!;
      if (reaches(countAbove(above, axis, point[axis]!.high), point)) dominated.add(i);
    }
  }
  return left.filter((i) => !dominated.has(i));
}

/** How many points a pass holds the others against. */
const WINDOW = 32;

/**
 * Leaves out most points that another surpasses, which is to lie above on every axis: whatever such a point dominates, the
 * one that surpasses it dominates too. Two passes, each against a window of points that surpass others.
 */
function withoutSurpassed(points: readonly Point[]): number[] {
  const window: Point[] = [];
  const surpassed = (point: Point) => window.some((other) => surpasses(other, point));
  const once = [...points.keys()].filter((i) => {
    const point = points[i]!;
    if (surpassed(point)) return false;
    const place = window.findIndex((other) => surpasses(point, other));
    if (place >= 0) window[place] = point;
    else if (window.length < WINDOW) window.push(point);
    return true;
  });
  return once.filter((i) => !surpassed(points[i]!));
}

function surpasses(a: Point, b: Point): boolean {
  for (let axis = 0; axis < a.length; axis += 1) if (a[axis]!.low <= b[axis]!.high) return false;
  return a.length > 0;
}

/** Whether one of the first `count` of the points, which are all above on `axis`, is below the point on no other axis. */
function reachesIn(above: readonly Point[], axis: number) {
  const others = (above[0] ?? []).map((_, i) => i).filter((i) => i !== axis);
  if (others.length !== 1) {
    return (count: number, point: Point): boolean => {
      for (let i = 0; i < count; i += 1) {
        if (others.every((other) => above[i]![other]!.high >= point[other]!.low)) return true;
      }
      return false;
    };
  }
  const [other] = others as [number];
  const highest = new Float64Array(above.length + 1).fill(-Infinity);
  for (const [i, point] of above.entries()) highest[i + 1] = Math.max(highest[i]!, point[other]!.high);
  return (count: number, point: Point): boolean => highest[count]! >= point[other]!.low;
}

/** How many of the points, highest first, have their whole span above a value. */
function countAbove(sorted: readonly Point[], axis: number, value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]![axis]!.low > value) from = middle + 1;
    else to = middle;
  }
  return from;
}
