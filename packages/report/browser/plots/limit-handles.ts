import { limitAt, limitsIn } from '@quantloop/core';
import type { EChartsType } from 'echarts/core';
import { html } from 'htm/preact';
import type { PlotPlace } from '../../src/plots/plot-places.ts';
import type { Scatter, ScatterLimit } from '../../src/plots/scatter.ts';
import { limitWords } from '../../src/view/limit-words.ts';
import { view } from '../state/model.ts';
import { moveLimit } from '../what-if/move-limit.ts';
import { WORDS } from '../words.ts';

interface Props {
  chart: EChartsType;
  place: PlotPlace;
  scatter: Scatter;
}

/** What limits are held by to move them: by mouse, finger or arrow keys. */
export function LimitHandles({ chart, place, scatter }: Props) {
  return html`${scatter.limits.map((limit) => html`<${Handle} key=${limit.index} ...${{ chart, place, scatter, limit }} />`)}`;
}

const ARROWS: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

function Handle({ chart, place, scatter, limit }: Props & { limit: ScatterLimit }) {
  const { axis: name, value: gate, index } = limit;
  const horizontal = name === 'x';
  const axis = scatter[name];
  const finder = { [`${name}AxisIndex`]: 0 };
  const requirement = limitsIn(view.value.campaign.requirements)[index];
  const pixel = chart.convertToPixel(finder, gate * axis.factor) as number | undefined;
  if (requirement === undefined || pixel === undefined || !Number.isFinite(pixel)) return null;

  const moveTo = (to: number) => {
    const { metric } = horizontal ? place.cost : place.quality;
    const quantity = limitAt({ requirement, gate: to, baseline: place.board.baseline?.metrics[metric] });
    if (quantity !== undefined && Number.isFinite(quantity.value)) moveLimit(index, quantity.value);
  };
  const onPointerDown = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    const frame = handle.parentElement!.getBoundingClientRect();
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = ({ clientX, clientY }) => {
      const along = horizontal ? clientX - frame.left : clientY - frame.top;
      moveTo((chart.convertFromPixel(finder, along) as number) / axis.factor);
    };
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = ARROWS[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    moveTo(gate + (direction * (axis.max - axis.min)) / axis.factor / (event.shiftKey ? 10 : 100));
  };
  const words = limitWords(view.value, requirement);
  return html`<button
    type="button"
    class=${`handle ${name}`}
    role="slider"
    title=${WORDS.whatIf.drag(words)}
    aria-label=${WORDS.whatIf.drag(words)}
    aria-orientation=${horizontal ? 'horizontal' : 'vertical'}
    aria-valuenow=${gate * axis.factor}
    aria-valuemin=${axis.min}
    aria-valuemax=${axis.max}
    aria-valuetext=${words}
    style=${horizontal ? `left: ${pixel}px` : `top: ${pixel}px`}
    onPointerDown=${onPointerDown}
    onKeyDown=${onKeyDown}
  ></button>`;
}
