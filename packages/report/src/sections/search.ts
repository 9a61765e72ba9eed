import { html } from 'htm/preact';
import type { ReportSection } from '../page/section.ts';
import { code, table, text } from '../tables/markdown.ts';
import { wideTable } from '../tables/wide-table.ts';
import type { ReportView } from '../view/report-view.ts';

const HEADS = ['round', 'trial', 'on', 'why it was planned'];

/** What was tried beyond the campaign's own recipes, and why nothing more was. */
export const searchSection: ReportSection = {
  id: 'search',
  title: 'Search',
  html: (view) => {
    const rows = plannedTrials(view).map(({ round, label, place, planned }) => [
      round,
      label,
      place,
      planned,
    ]);
    const label = 'Trials of further rounds';
    return html`<p>${ending(view)}</p>
      ${rows.length > 0 && wideTable({ label, heads: HEADS, rows, naming: 1 })}`;
  },
  markdown: (view) => {
    const rows = plannedTrials(view).map(({ round, label, place, planned }) => [
      String(round),
      code(label),
      text(place),
      text(planned),
    ]);
    return [text(ending(view)), ...(rows.length > 0 ? [table([HEADS, ...rows], [0])] : [])].join('\n\n');
  },
};

const ending = ({ decision }: ReportView) => `The campaign ended: ${decision.ended}.`;

function plannedTrials(view: ReportView) {
  return view.trials
    .filter(({ planned }) => planned !== undefined)
    .map((trial) => ({
      round: trial.round,
      label: trial.label,
      place: view.nameOf(trial),
      planned: trial.planned ?? '',
    }))
    .sort((a, b) => a.round - b.round);
}
