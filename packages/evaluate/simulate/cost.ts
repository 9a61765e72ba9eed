import type { Scenario } from '@quantloop/core';
import { GENERATION_SPEED, PROMPT_SPEED } from './published.ts';

const seconds = ({ read, generated }: { read: number; generated: number }): number =>
  read / PROMPT_SPEED + generated / GENERATION_SPEED;

/** Tokens of a document: WikiText-2 has 280,000 in 62 texts; four choices; a question after five examples, answered in steps. */
const DOCUMENTS: Record<string, { read: number; generated: number }> = {
  wikitext: { read: 4500, generated: 0 },
  choice: { read: 400, generated: 0 },
  generation: { read: 800, generated: 120 },
};

/** What scoring one document costs. */
export const documentSeconds = (task: string): number => seconds(DOCUMENTS[task]!);

/** What one repetition costs: the candidate's and the baseline's that it alternates with. */
export function repetitionSeconds(scenario: Scenario): number {
  const batch = scenario.scenario === 'offline' ? scenario.batch[0]! : 1;
  return 2 * seconds({ read: 128 * batch, generated: 64 });
}
