import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { PLOT_HEIGHT, PLOT_WIDTH } from '../plots/render-svg.ts';
import type { Plot } from '../plots/plot.ts';
import { code, text } from '../tables/markdown.ts';
import type { ReportView } from '../view/report-view.ts';

/** Pictures drawn beforehand are in the page for readers without scripts, up to this many characters in all. */
const INLINE_CHARACTERS = 1_000_000;

const HOW_TO_READ =
  'Bars are 95 % intervals. The grey line is the Pareto front; what it beats beyond the noise is faded. Shaded: inside every ' +
  'limit that all must meet; dashed: a limit with alternatives. Verdicts use paired results, so that a point near a limit may be ' +
  'decided where the bars overlap it. Hollow: simulated, its speed is not evidence.';

/** Quality against speed and size, for each scenario. */
export const plotsSection: ReportSection = {
  id: 'plots',
  title: 'Quality against speed and size',
  html: (view) => {
    const cases = view.boards.flatMap((board) => board.cases.map((each) => ({ board, each })));
    if (cases.every(({ each }) => each.plots.length === 0)) return null;
    const size = cases.reduce(
      (sum, { each }) => sum + each.plots.reduce((n, plot) => n + plot.svg.length, 0),
      0,
    );
    const inline = size <= INLINE_CHARACTERS;
    return html`<p class="fine">${HOW_TO_READ}</p>
      ${qualityChoice(view)}
      <div class="plots">
        ${cases.flatMap(({ each }) => each.plots.map((plot) => figure(plot, inline)))}
      </div>`;
  },
  markdown: (view) => {
    const plots = view.boards.flatMap(({ cases }) => cases.flatMap((each) => each.plots));
    if (plots.length === 0) return null;
    const axis = view.boards.map(({ quality }) => quality?.metric).find((metric) => metric !== undefined);
    return [
      `Quality is ${code(axis ?? '')}. ${HOW_TO_READ}`,
      ...plots.map((plot) => `![${text(plot.title)}](plots/${plot.id}.png)`),
    ].join('\n\n');
  },
};

function figure(plot: Plot, inline: boolean): ComponentChildren {
  return html`<figure>
    <div
      class="plot"
      id=${`plot-${plot.id}`}
      data-plot=${plot.id}
      role="img"
      aria-label=${plot.description}
      style=${`aspect-ratio: ${PLOT_WIDTH} / ${PLOT_HEIGHT}`}
      dangerouslySetInnerHTML=${{ __html: inline ? plot.svg : '' }}
    ></div>
  </figure>`;
}

function qualityChoice({ boards }: ReportView): ComponentChildren {
  const metrics = [...new Set(boards.flatMap((board) => board.fidelity.map(({ metric }) => metric)))];
  const drawn = new Set(
    boards.flatMap(({ cases }) =>
      cases.flatMap(({ plots }) => plots.flatMap((plot) => Object.keys(plot.alternatives))),
    ),
  );
  const standard = boards.map(({ quality }) => quality?.metric).find((metric) => metric !== undefined);
  const others = metrics.filter((metric) => metric !== standard && drawn.has(metric));
  if (others.length === 0) return null;
  return html`<label class="choice" hidden>
    Quality is${' '}
    <select id="quality">
      <option value="">${standard}</option>
      ${others.map((metric) => html`<option value=${metric}>${metric}</option>`)}
    </select>
  </label>`;
}
