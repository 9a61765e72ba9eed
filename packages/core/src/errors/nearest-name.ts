import { closest, distance } from 'fastest-levenshtein';

/** The known name closest to a mistyped one, or undefined when none is near (over half its letters differ). */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(name, known);
  return distance(name, best) <= Math.max(2, Math.floor(best.length / 2)) ? best : undefined;
}

/** "did you mean …? Known: …" for an error about an unknown name. */
export function suggestName(name: string, known: readonly string[]): string {
  const best = nearestName(name, known);
  const list = `Known: ${[...known].sort().join(', ')}.`;
  return best === undefined ? list : `Did you mean "${best}"? ${list}`;
}
