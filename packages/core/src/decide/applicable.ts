import type { Requirement } from '../campaign/requirement.ts';

/**
 * What of the requirements counts on a target when a scenario is decided: limits meant for others are left out, of
 * alternatives too. Undefined where nothing counts: then everything is acceptable.
 */
export function applicable(
  requirement: Requirement,
  place: { target: string; scenario: string },
): Requirement | undefined {
  if ('all' in requirement) {
    const all = partsOf(requirement.all, place);
    return all === requirement.all ? requirement : all.length === 0 ? undefined : { all };
  }
  if ('any' in requirement) {
    const any = partsOf(requirement.any, place);
    return any === requirement.any ? requirement : any.length === 0 ? undefined : { any };
  }
  const { targets, scenarios } = requirement;
  const counts =
    (targets === undefined || targets.includes(place.target)) &&
    (scenarios === undefined || scenarios.includes(place.scenario));
  return counts ? requirement : undefined;
}

/** The same array where all of it counts, so that a tree without conditions stays itself. */
function partsOf(parts: Requirement[], place: { target: string; scenario: string }): Requirement[] {
  const kept = parts.flatMap((part) => applicable(part, place) ?? []);
  return kept.length === parts.length && kept.every((part, i) => part === parts[i]) ? parts : kept;
}
