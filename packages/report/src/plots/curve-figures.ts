import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { text } from '../tables/markdown.ts';
import type { ReportView } from '../view/report-view.ts';
import type { CurvesKind } from './curves.ts';
import { plotFigure } from './plot-figure.ts';

const curvesOfKind = ({ curves }: ReportView, kind: CurvesKind) =>
  curves.filter((each) => each.kind === kind);

/** The curves of one kind in the page, where there are any. */
export function curveFigures(view: ReportView, kind: CurvesKind): ComponentChildren {
  const some = curvesOfKind(view, kind);
  return some.length > 0 && html`<div class="plots">${some.map(plotFigure)}</div>`;
}

/** The same in Markdown. */
export const curveImages = (view: ReportView, kind: CurvesKind): string[] =>
  curvesOfKind(view, kind).map(({ id, title }) => `![${text(title)}](plots/${id}.png)`);
