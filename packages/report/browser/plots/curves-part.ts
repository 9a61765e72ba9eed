import { computed } from '@preact/signals';
import { html } from 'htm/preact';
import { useEffect, useRef } from 'preact/hooks';
import { curvesOf, type Curves } from '../../src/plots/curves.ts';
import { PLOT_HEIGHT, PLOT_WIDTH } from '../../src/plots/plot-size.ts';
import { theme } from '../state/media.ts';
import { view } from '../state/model.ts';
import { shownOption } from './shown-option.ts';
import { useChart } from './use-chart.ts';
import { useNear } from './use-near.ts';
import { WHOLE } from './zoom.ts';

/** As they are with the limits in force: which versions are drawn depends on what is selected. */
export const curves = computed(() => new Map(curvesOf(view.value).map((each) => [each.id, each])));

/** Curves that tell their numbers, in the page's colours. */
export function CurvesPart({ id }: { id: string }) {
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const shown = curves.value.get(id);
  return html`<div class="plot" ref=${box} style=${`aspect-ratio: ${PLOT_WIDTH} / ${PLOT_HEIGHT}`}>
    ${near && shown !== undefined && html`<${Drawn} shown=${shown} />`}
  </div>`;
}

function Drawn({ shown }: { shown: Curves }) {
  const { canvas, chart, width } = useChart();
  const colors = theme.value;
  useEffect(() => {
    chart?.setOption(shownOption(shown.option, { theme: colors, width, zoom: WHOLE }), true);
  }, [chart, shown, colors, width]);
  return html`<div class="canvas" role="img" aria-label=${shown.description} ref=${canvas}></div>`;
}
