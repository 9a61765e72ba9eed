import type { ActInput } from '../board/act.ts';
import type { Requirement } from '../campaign/requirement.ts';

/** An act as it goes into the record: when, and in a relaxation what held until then. Not checked for its shape. */
export function recordedAct(
  act: ActInput,
  { at, requirements }: { at: number; requirements: Requirement },
): object {
  return { ...act, at, ...(act.kind === 'relax' && { replaced: requirements }) };
}
