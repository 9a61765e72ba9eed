import type { ReportView } from '../view/report-view.ts';
import { effectCurves } from './effect-curves.ts';
import { linesOption, type Lines } from './lines-option.ts';
import type { PlotOption } from './plot.ts';
import { roundCurves } from './round-curves.ts';
import { servedCurves } from './served-curves.ts';

/** What a plot of curves tells of. */
export type CurvesKind = 'served' | 'effects' | 'rounds';

export interface Curves {
  kind: CurvesKind;
  /** File name without extension, and the anchor in the page. */
  id: string;
  title: string;
  description: string;
  option: PlotOption;
}

/** Most lines in one plot: more are told apart by nobody. */
const MOST_LINES = 12;

/** The plots of a report that are curves: a server under load, what a hyperparameter does, how the fronts advanced. */
export function curvesOf(view: ReportView): Curves[] {
  const all: [CurvesKind, Lines[]][] = [
    ['served', servedCurves(view)],
    ['effects', effectCurves(view)],
    ['rounds', roundCurves(view)],
  ];
  return all.flatMap(([kind, plots]) =>
    plots
      .map((plot) => ({ ...plot, lines: plot.lines.slice(0, MOST_LINES) }))
      .map((plot, index) => ({
        ...{ kind, id: `${kind}-${index + 1}`, title: plot.title, option: linesOption(plot) },
        description: `${plot.title}: ${plot.y.label} over ${plot.x.label}, for ${plot.lines.map(({ name }) => name).join(', ')}.`,
      })),
  );
}
