import { html } from 'htm/preact';
import type { ReportSection } from '../page/section.ts';
import { curveFigures, curveImages } from '../plots/curve-figures.ts';
import { table, text } from '../tables/markdown.ts';
import { wideTable } from '../tables/wide-table.ts';
import { formatPercent } from '../view/format.ts';
import type { ReportView } from '../view/report-view.ts';

const PLANNED = ['round', 'trial', 'on', 'why it was planned'];
const ADVANCED = ['round', 'on', 'front', 'measured', 'covered'];
const COVERED =
  'How the fronts advanced: of the area between the worst and the best value on the axes, what the front of all rounds so far covers.';

/** What was tried beyond the campaign's own recipes, how far each round came, and why nothing more was tried. */
export const searchSection: ReportSection = {
  id: 'search',
  title: 'Search',
  html: (view) => {
    const [planned, advanced] = [plannedTrials(view), advancedRounds(view)];
    const label = 'Trials of further rounds';
    return html`<p>${ending(view)}</p>
      ${curveFigures(view, 'rounds')}
      ${planned.length > 0 && wideTable({ label, heads: PLANNED, rows: planned, naming: 1 })}
      ${
        advanced.length > 0 &&
        html`<p>${COVERED}</p>
          ${wideTable({ label: 'How the fronts advanced', heads: ADVANCED, rows: advanced, naming: 2 })}`
      }`;
  },
  markdown: (view) => {
    const [planned, advanced] = [plannedTrials(view), advancedRounds(view)];
    return [
      text(ending(view)),
      ...curveImages(view, 'rounds'),
      ...(planned.length > 0 ? [table([PLANNED, ...planned.map(inMarkdown)], [0])] : []),
      ...(advanced.length > 0
        ? [text(COVERED), table([ADVANCED, ...advanced.map(inMarkdown)], [0, 3, 4])]
        : []),
    ].join('\n\n');
  },
};

const ending = ({ decision }: ReportView) => `The campaign ended: ${decision.ended}.`;

type Row = [round: number, ...rest: (string | number)[]];

const inMarkdown = (row: Row): string[] => row.map((cell) => text(String(cell)));

function plannedTrials(view: ReportView): Row[] {
  return view.trials
    .filter(({ planned }) => planned !== undefined)
    .map((trial): Row => [trial.round, trial.label, view.nameOf(trial), trial.planned ?? ''])
    .sort(([a], [b]) => a - b);
}

/** Where there was one round only nothing advanced. */
function advancedRounds({ decision, nameOf }: ReportView): Row[] {
  if (!decision.rounds.some(({ round }) => round > 1)) return [];
  return decision.rounds.map((each): Row => [
    each.round,
    nameOf(each),
    each.axes.join(' against '),
    each.trials,
    formatPercent(each.hypervolume),
  ]);
}
