import type { Trial } from '@quantloop/core';
import type { Board, ReportView } from '../view/report-view.ts';

export interface TrialRow {
  board: Board;
  trial: Trial;
}

/** Every trial with the board that it stands on, in the order of the boards. */
export const allRows = ({ boards }: ReportView): TrialRow[] =>
  boards.flatMap((board) => board.trials.map((trial) => ({ board, trial })));

/** At most so many of them: baselines, selected ones and those on a front come first. */
export function readFirst(view: ReportView, most: number): TrialRow[] {
  const all = allRows(view);
  if (all.length <= most) return all;
  const fronts = new Set(view.decision.front.flatMap(({ strict }) => strict));
  const rank = ({ board, trial }: TrialRow): number => {
    if (trial === board.baseline || board.cases.some(({ winner }) => winner === trial)) return 0;
    return fronts.has(trial.id) ? 1 : 2;
  };
  return all.sort((a, b) => rank(a) - rank(b)).slice(0, most);
}

/** How a row looks: `winner`, `failed`, `baseline`. */
export function rowClass(board: Board, trial: Trial): string | undefined {
  if (board.cases.some((each) => each.winner === trial)) return 'winner';
  if (trial.status !== 'measured') return 'failed';
  return trial === board.baseline ? 'baseline' : undefined;
}
