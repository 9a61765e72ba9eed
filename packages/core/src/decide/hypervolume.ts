/**
 * The volume of the part of the unit cube that lies below some point: of all that one of them is at least as good as on
 * every axis. Coordinates of which more is better, from 0 to 1. Slices along the last axis (While et al., IEEE Transactions
 * on Evolutionary Computation 10, 2006).
 */
export function hypervolume(points: readonly (readonly number[])[]): number {
  const axes = points[0]?.length ?? 0;
  if (axes === 0) return 0;
  if (axes === 1) return Math.max(...points.map(([value]) => value!));
  const falling = [...points].sort((a, b) => b.at(-1)! - a.at(-1)!);
  return falling.reduce((volume, point, i) => {
    const depth = point.at(-1)! - (falling[i + 1]?.at(-1) ?? 0);
    if (depth === 0) return volume;
    return volume + depth * hypervolume(falling.slice(0, i + 1).map((above) => above.slice(0, -1)));
  }, 0);
}
