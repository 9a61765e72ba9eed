/** Where a point lies on an axis, of which more is better. */
export interface Span {
  low: number;
  high: number;
}

/**
 * Indices, ascending, of the points that no other dominates. `a` dominates `b` when `a` lies above `b` on one axis, the
 * spans apart, and `b` above `a` on none; with spans of no width that is Pareto dominance. Exact. O(n log n) over two axes;
 * over more, every point is held against those above it on an axis until one dominates it.
 */
export function undominated(points: readonly (readonly Span[])[]): number[] {
  const dominated = new Uint8Array(points.length);
  const axes = points[0]?.length ?? 0;
  for (let axis = 0; axis < axes; axis += 1) {
    const above = [...points].sort((a, b) => b[axis]!.low - a[axis]!.low);
    const reaches = reachesIn(above, axis);
    for (const [i, point] of points.entries()) {
      if (dominated[i] === 1) continue;
      if (reaches(countAbove(above, axis, point[axis]!.high), point)) dominated[i] = 1;
    }
  }
  return [...points.keys()].filter((i) => dominated[i] === 0);
}

/** Whether one of the first `count` of the points, which are all above on `axis`, is below the point on no other axis. */
function reachesIn(above: readonly (readonly Span[])[], axis: number) {
  const others = above[0]!.map((_, i) => i).filter((i) => i !== axis);
  if (others.length !== 1) {
    return (count: number, point: readonly Span[]): boolean => {
      for (let i = 0; i < count; i += 1) {
        if (others.every((other) => above[i]![other]!.high >= point[other]!.low)) return true;
      }
      return false;
    };
  }
  const [other] = others as [number];
  const highest = new Float64Array(above.length + 1).fill(-Infinity);
  for (const [i, point] of above.entries()) highest[i + 1] = Math.max(highest[i]!, point[other]!.high);
  return (count: number, point: readonly Span[]): boolean => highest[count]! >= point[other]!.low;
}

/** How many of the points, highest first, have their whole span above a value. */
function countAbove(sorted: readonly (readonly Span[])[], axis: number, value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]![axis]!.low > value) from = middle + 1;
    else to = middle;
  }
  return from;
}
