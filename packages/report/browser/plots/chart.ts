import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';
import type { casePlot } from '../../src/plots/case-plots.ts';
import type { PlotPlace } from '../../src/plots/plot-places.ts';
import { change, picked, state, toggled } from '../state/address.ts';
import { theme } from '../state/media.ts';
import { LimitHandles } from './limit-handles.ts';
import { shownOption } from './shown-option.ts';
import { useChart } from './use-chart.ts';
import { setZoom, WHOLE } from './zoom.ts';

const zooms = picked('zoom');

interface Props {
  id: string;
  /** With the axes that are shown. */
  place: PlotPlace;
  plot: NonNullable<ReturnType<typeof casePlot>>;
}

/** The picture, drawn anew whenever something about it changes. */
export function Chart({ id, place, plot }: Props) {
  const { canvas, chart, width } = useChart();
  const [drawn, setDrawn] = useState<object>();
  useEffect(() => {
    chart?.on('click', (event) => {
      const { trial } = (event.data ?? {}) as { trial?: string };
      if (trial !== undefined) change({ marked: toggled(state.value.marked, trial) });
    });
    chart?.on('datazoom', () => {
      const { dataZoom } = chart.getOption() as { dataZoom: { start: number; end: number }[] };
      setZoom(
        id,
        dataZoom.flatMap(({ start, end }) => [start, end]),
      );
    });
  }, [chart, id]);
  const [colors, zoom] = [theme.value, zooms.value[id] ?? WHOLE];
  useEffect(() => {
    if (chart === undefined) return;
    chart.setOption(shownOption(plot.option, { theme: colors, width, zoom }), true);
    // The handles go where the limits are drawn.
    setDrawn({});
  }, [chart, plot, colors, width, zoom]);
  return html`<div class="canvas" role="img" aria-label=${plot.description} ref=${canvas}></div>
    ${chart && drawn && html`<${LimitHandles} chart=${chart} place=${place} scatter=${plot.scatter} />`}`;
}
