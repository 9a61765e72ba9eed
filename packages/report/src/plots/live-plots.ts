import type { Verdicts } from '@quantloop/core';
import type { ReportInput } from '../report-input.ts';
import { reportView } from '../view/report-view.ts';
import type { Plot } from './plot.ts';
import { withPlots } from './with-plots.ts';

export interface LivePlotsOptions extends Pick<ReportInput, 'campaign' | 'run' | 'trials'> {
  /** What would be decided by these trials. */
  verdicts: Verdicts;
}

/** The plots that the report would have if the campaign ended now. */
export function livePlots({
  verdicts,
  ...input
}: LivePlotsOptions): Pick<Plot, 'id' | 'title' | 'description' | 'option'>[] {
  const decision = { ...verdicts, acts: [], notTried: [], overall: [], rounds: [], ended: '' };
  return withPlots(reportView({ ...input, phases: {}, decision })).boards.flatMap(({ cases }) =>
    cases.flatMap((each) =>
      each.plots.map(({ id, title, description, option }) => ({ id, title, description, option })),
    ),
  );
}
