import { computed } from '@preact/signals';
import { html } from 'htm/preact';
import type { Axis } from '@quantloop/core';
import { useEffect, useRef, useState } from 'preact/hooks';
import { casePlot } from '../../src/plots/case-plots.ts';
import { plotPlaces, type PlotPlace } from '../../src/plots/plot-places.ts';
import { PLOT_HEIGHT, PLOT_WIDTH } from '../../src/plots/plot-size.ts';
import { picked } from '../state/address.ts';
import { view } from '../state/model.ts';
import { AxisChoice } from './axis-choice.ts';
import { Chart } from './chart.ts';
import { useNear } from './use-near.ts';
import { Zoom } from './zoom.ts';

const places = computed(() => new Map(plotPlaces(view.value).map((place) => [place.id, place])));
const [asked, against, hidden, marked] = [
  picked('quality'),
  picked('against'),
  picked('hidden'),
  picked('marked'),
];

/** A plot that answers: other axes, another part of them, points to mark, limits to move. */
export function PlotPart({ id }: { id: string }) {
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const [plot, setPlot] = useState<ReturnType<typeof casePlot>>();
  const place = places.value.get(id);
  const quality = place && (axisOf(place, asked.value) ?? place.quality);
  const cost = place && (axisOf(place, against.value[id]) ?? place.cost);
  // After the frame that answers the reader: a thousand points take longer than that.
  useEffect(() => {
    if (!near || place === undefined) return;
    const without = new Set(hidden.value);
    setPlot(
      casePlot({
        ...{ ...view.value, ...place, quality: quality!, cost: cost! },
        board: { ...place.board, trials: place.board.trials.filter((trial) => !without.has(trial.id)) },
        title: place.title(cost === place.cost ? undefined : cost!.metric),
        marked: new Set(marked.value),
      }),
    );
  }, [near, place, quality?.metric, cost?.metric, hidden.value, marked.value]);
  if (place === undefined) return null;
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
