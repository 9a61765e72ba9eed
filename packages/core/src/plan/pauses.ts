import type { Act } from '../board/act.ts';

/** The pause that holds, where people have not let the campaign go on since. */
export function pausedBy(acts: readonly Act[]): Act | undefined {
  const last = acts.findLast(({ kind }) => kind === 'pause' || kind === 'go-on' || kind === 'finish');
  return last?.kind === 'pause' ? last : undefined;
}

/** Milliseconds for which people held the campaign. */
export function pausedFor(acts: readonly Act[], now: number): number {
  let sum = 0;
  let since: number | undefined;
  for (const { kind, at } of acts) {
    if (kind === 'pause') since ??= at;
    if (kind !== 'go-on' && kind !== 'finish') continue;
    sum += at - (since ?? at);
    since = undefined;
  }
  return sum + (since === undefined ? 0 : now - since);
}

/** Who wants no further look at any trial. */
export function finishedBy(acts: readonly Act[]): string | undefined {
  return acts.find(({ kind }) => kind === 'finish')?.by;
}
