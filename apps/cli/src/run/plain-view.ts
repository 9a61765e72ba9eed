import colors from 'picocolors';
import { askedPeople, endedTrials } from './news-lines.ts';
import type { ProgressView } from './progress-view.ts';

/** A line whenever something has happened. */
export function plainView(): ProgressView {
  const print = (line: string) => console.error(line);
  const printEnded = endedTrials(print);
  const printAsked = askedPeople(print);
  let phase = '';
  const retried = new Set<string>();
  return {
    every: 400,
    plots: false,
    note: print,
    show: (snapshot) => {
      const { progress, active } = snapshot;
      printEnded(progress.trials);
      if (progress.phase !== phase && progress.phase !== 'done') print(colors.dim(`… ${progress.phase}`));
      phase = progress.phase;
      printAsked(snapshot);
      for (const [id, { stage, attempt, lastFailure }] of active) {
        const key = `${id} ${stage} ${attempt}`;
        if (attempt === 1 || lastFailure === undefined || retried.has(key)) continue;
        retried.add(key);
        print(colors.yellow(`  ${id} ${stage}: attempt ${attempt} after: ${lastFailure}`));
      }
    },
    end: () => {},
  };
}
