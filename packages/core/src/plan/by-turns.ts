import { groupBy } from './group-by.ts';

/** The first item of each key, then the second of each, and so on. */
export function byTurns<T, K>(items: readonly T[], keyOf: (item: T) => K): T[] {
  const groups = [...groupBy(items, keyOf).values()];
  const turns = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) =>
    groups.flatMap((group) => group.slice(turn, turn + 1)),
  ).flat();
}
