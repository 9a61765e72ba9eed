import type { TrialProgress } from '@quantloop/core';
import type { CampaignSnapshot } from './campaign-snapshot.ts';
import { pauseLines, questionLines } from './question-lines.ts';
import { trialLine, trialName } from './trial-line.ts';

/** Calls `print` with what people are asked, and by whom the campaign is held, once for each time. */
export function askedPeople(print: (line: string) => void): (snapshot: CampaignSnapshot) => void {
  let shown = '';
  return ({ name, progress: { asked, acts } }) => {
    const lines = [...pauseLines(name, acts), ...(asked === undefined ? [] : questionLines(name, asked))];
    const question = lines.join('\n');
    if (question !== shown && question !== '') print(question);
    shown = question;
  };
}

/** Calls `print` once for each trial of which a look has ended, or that was given up, since the last call. */
export function endedTrials(print: (line: string) => void): (trials: readonly TrialProgress[]) => void {
  const known = new Set<string>();
  return (trials) => {
    for (const trial of trials) {
      const ended = `${trial.id} ${trial.effort?.look} ${trial.status}`;
      if (!hasEnded(trial) || known.has(ended)) continue;
      known.add(ended);
      print(trialLine(trial, trialName(trial, trials)));
    }
  };
}

export const hasEnded = ({ status }: TrialProgress): boolean => status !== 'waiting' && status !== 'running';
