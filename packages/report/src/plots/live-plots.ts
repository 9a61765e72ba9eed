import type { Verdicts } from '@quantloop/core';
import type { ReportInput } from '../report-input.ts';
import { reportView } from '../view/report-view.ts';
import { casePlot } from './case-plots.ts';
import type { Plot } from './plot.ts';
import { plotPlaces } from './plot-places.ts';

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
  const view = reportView({ ...input, phases: {}, decision });
  return plotPlaces(view).flatMap((place) => {
    const title = place.title();
    const plot = casePlot({ ...view, ...place, title });
    if (plot === undefined) return [];
    return [{ id: place.id, title, description: plot.description, option: plot.option }];
  });
}
