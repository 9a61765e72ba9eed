import { html } from 'htm/preact';
import type { Axis } from '@quantloop/core';
import { useEffect, useRef, useState } from 'preact/hooks';
import { casePlot } from '../../src/plots/case-plots.ts';
import { plotPlaces, type PlotPlace } from '../../src/plots/plot-places.ts';
import { PLOT_HEIGHT, PLOT_WIDTH } from '../../src/plots/plot-size.ts';
import { state } from '../state/address.ts';
import { view } from '../state/model.ts';
import { AxisChoice } from './axis-choice.ts';
import { Chart } from './chart.ts';
import { Zoom } from './zoom.ts';

/** A plot that answers: other axes, another part of them, points to mark, limits to move. */
export function PlotPart({ id }: { id: string }) {
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const place = plotPlaces(view.value).find((each) => each.id === id);
  if (place === undefined) return null;
  const { board } = place;
  const { against, quality: asked } = state.value;
  const quality = axisOf(place, asked) ?? place.quality;
  const cost = axisOf(place, against[id]) ?? place.cost;
  const hidden = new Set(state.value.hidden);
  const plot = near
    ? casePlot({
        ...{ ...view.value, ...place, quality, cost },
        board: { ...board, trials: board.trials.filter((trial) => !hidden.has(trial.id)) },
        title: place.title(cost === place.cost ? undefined : cost.metric),
        marked: new Set(state.value.marked),
      })
    : undefined;
  return html`<div class="plot" ref=${box} style=${`aspect-ratio: ${PLOT_WIDTH} / ${PLOT_HEIGHT}`}>
      ${plot && html`<${Chart} id=${id} place=${{ ...place, quality, cost }} plot=${plot} />`}
    </div>
    <figcaption class="tools">
      <${AxisChoice} place=${place} quality=${quality} cost=${cost} />
      <${Zoom} id=${id} />
    </figcaption>`;
}

/** The axis of a metric that was measured on the board. */
function axisOf({ board }: PlotPlace, metric: string | undefined): Axis | undefined {
  if (metric === undefined) return undefined;
  const measured = board.trials.find((trial) => trial.metrics[metric] !== undefined)?.metrics[metric];
  return measured && { metric, higherIsBetter: measured.higherIsBetter };
}

/** Whether an element has come near the part of the page that is in view; drawing what is far away would be work for nothing. */
function useNear(box: { current: HTMLElement | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const seen = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true),
      { rootMargin: '600px' },
    );
    seen.observe(box.current!);
    return () => seen.disconnect();
  }, [box]);
  return near;
}
