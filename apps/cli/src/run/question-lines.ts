import { pausedBy, type Act, type Question } from '@quantloop/core';

/** What a campaign asks people, and the commands that answer. */
export function questionLines(campaign: string, { kind, selections, nearestMisses }: Question): string[] {
  const proposed = selections.map(
    ({ trial, scenario, because }) => `  proposed for ${scenario}: ${trial}. ${because}`,
  );
  const missed = nearestMisses.map(
    ({ trial, scenario, relaxation }) => `  nearest for ${scenario}: ${trial}. ${relaxation}`,
  );
  if (kind === 'approval') {
    return [
      'waiting for a person: does what is proposed hold?',
      ...proposed,
      `  yes: quantloop approve ${campaign}`,
      `  no:  quantloop reject ${campaign} TRIAL --reason WHY`,
    ];
  }
  return [
    'waiting for a person: nothing is acceptable. What now?',
    ...proposed,
    ...missed,
    `  less is enough: quantloop relax ${campaign} CAMPAIGN-FILE --reason WHY`,
    `  try more:       quantloop add-recipe ${campaign} RECIPE-FILE, or quantloop extend ${campaign} --rounds 1`,
    `  leave it at that: quantloop approve ${campaign}`,
  ];
}

/** By whom a campaign is held, and the command that lets it go on; empty where it is not. */
export function pauseLines(campaign: string, acts: readonly Act[]): string[] {
  const pause = pausedBy(acts);
  return pause === undefined ? [] : [`paused by ${pause.by}: \`quantloop resume ${campaign}\` goes on`];
}
