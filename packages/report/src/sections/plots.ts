import { html } from 'htm/preact';
import type { ReportSection } from '../page/section.ts';
import { curveFigures, curveImages } from '../plots/curve-figures.ts';
import { plotFigure } from '../plots/plot-figure.ts';
import { code, text } from '../tables/markdown.ts';
import { scattersOf } from '../view/report-view.ts';

const HOW_TO_READ =
  'Bars are 95 % intervals. The grey line is the Pareto front; what it beats beyond the noise is faded. Shaded: inside every ' +
  'limit that all must meet; dashed: a limit with alternatives. Verdicts use paired results, so that a point near a limit may be ' +
  'decided where the bars overlap it. Hollow: simulated, its speed is not evidence.';

/** Quality against size and memory; against speed it stands beside the decision. */
export const plotsSection: ReportSection = {
  id: 'plots',
  title: 'Quality against cost',
  html: (view) => {
    const plots = view.boards.flatMap((board) => board.plots);
    if (plots.length === 0) return null;
    return html`<p class="fine">${HOW_TO_READ}</p>
      <div class="plots">${plots.map(plotFigure)}</div>
      ${curveFigures(view, 'effects')}`;
  },
  markdown: (view) => {
    const plots = scattersOf(view);
    if (plots.length === 0) return null;
    const axis = view.boards.map(({ quality }) => quality?.metric).find((metric) => metric !== undefined);
    return [
      `Quality is ${code(axis ?? '')}. ${HOW_TO_READ}`,
      ...plots.map((plot) => `![${text(plot.title)}](plots/${plot.id}.png)`),
      ...curveImages(view, 'effects'),
    ].join('\n\n');
  },
};
