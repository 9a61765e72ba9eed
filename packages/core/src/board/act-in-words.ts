import { limitOf, type MetricRequirement, type Requirement } from '../campaign/requirement.ts';
import type { Act } from './act.ts';
import { quantityText } from '../campaign/quantity.ts';

export interface ActInWords {
  /** What was done, as the rest of a sentence that begins with who did it. */
  what: string;
  /** The reason given; empty where none is asked for. */
  why: string;
}

/** An act for people to read. */
export function actInWords(act: Act): ActInWords {
  switch (act.kind) {
    case 'approve':
      return { what: 'approved what was proposed', why: '' };
    case 'reject':
      return { what: `rejected ${act.trial}`, why: act.reason };
    case 'add-recipe':
      return { what: `added the recipe ${act.label}`, why: '' };
    case 'relax':
      return { what: changeOf(act.replaced, act.requirements), why: act.reason };
    case 'extend-budget': {
      const { trials, rounds, wallClock, device } = act;
      const parts = [
        trials !== undefined && `trials +${trials}`,
        rounds !== undefined && `rounds +${rounds}`,
        wallClock !== undefined && `time +${hours(wallClock)}`,
        device !== undefined && `device time +${hours(device)}`,
      ].filter((part) => part !== false);
      return { what: `extended the budget: ${parts.join(', ')}`, why: '' };
    }
    case 'pause':
      return { what: 'paused it', why: '' };
    case 'go-on':
      return { what: 'let it go on', why: '' };
    case 'finish':
      return { what: 'let it end with what was measured', why: '' };
  }
}

const hours = (seconds: number) => `${Number((seconds / 3600).toPrecision(4))} h`;

/** Limits are told by how they are written: those that stand in both are left out. */
function changeOf(before: Requirement, after: Requirement): string {
  const [old, now] = [limitsIn(before), limitsIn(after)];
  const gone = old.filter((limit) => !now.includes(limit)).join(', ');
  const come = now.filter((limit) => !old.includes(limit)).join(', ');
  if (gone === '' && come === '') return 'joined the same requirements in another way';
  if (come === '') return `dropped ${gone}`;
  return gone === '' ? `added ${come}` : `asked for ${come} instead of ${gone}`;
}

function limitsIn(requirement: Requirement): string[] {
  if ('all' in requirement) return requirement.all.flatMap(limitsIn);
  if ('any' in requirement) return requirement.any.flatMap(limitsIn);
  return [asWritten(requirement)];
}

function asWritten(requirement: MetricRequirement): string {
  const { metric, not, confidence, targets, scenarios } = requirement;
  const { kind, limit } = limitOf(requirement);
  const conditions = [
    confidence !== undefined && `confidence ${confidence}`,
    targets !== undefined && `on ${targets.join(', ')}`,
    scenarios !== undefined && `in ${scenarios.join(', ')}`,
  ].filter((part) => part !== false);
  return [`${metric} ${not === true ? 'not ' : ''}${kind} ${quantityText(limit)}`, ...conditions].join(' ');
}
