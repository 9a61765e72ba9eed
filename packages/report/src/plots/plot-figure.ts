import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { Plot } from './plot.ts';
import { PLOT_HEIGHT, PLOT_WIDTH } from './plot-size.ts';

/** A plot in the page: its picture, which the page's script replaces by one that answers. */
export function plotFigure({ id, title, description, svg, inline }: Plot): ComponentChildren {
  return html`<figure data-plot=${id}>
    <div
      class="plot"
      role="img"
      aria-label=${description}
      style=${`aspect-ratio: ${PLOT_WIDTH} / ${PLOT_HEIGHT}`}
      dangerouslySetInnerHTML=${{ __html: inline ? svg : '' }}
    ></div>
    ${!inline && html`<noscript><a href=${`plots/${id}.svg`}>${title}</a></noscript>`}
  </figure>`;
}
