import { html } from 'htm/preact';
import { change, picked, state } from '../state/address.ts';
import { WORDS } from '../words.ts';

/** All of both axes, as shares in per cent. */
export const WHOLE: readonly number[] = [0, 100, 0, 100];

const zooms = picked('zoom');

/** Zooming by keyboard. */
export function Zoom({ id }: { id: string }) {
  const shares = zooms.value[id] ?? WHOLE;
  const by = (factor: number) => {
    const [left, right, bottom, top] = shares as [number, number, number, number];
    setZoom(id, [...scaled(left, right, factor), ...scaled(bottom, top, factor)]);
  };
  const button = (symbol: string, name: string, factor: number) =>
    html`<button type="button" aria-label=${name} title=${name} onClick=${() => by(factor)}>
      ${symbol}
    </button>`;
  return html`<span class="zoom"
    >${button('+', WORDS.plot.closer, 0.5)}${button('−', WORDS.plot.wider, 2)}</span
  >`;
}

/** What of the axes is in view from now on. */
export function setZoom(id: string, shares: readonly number[]): void {
  const { [id]: _, ...others } = state.value.zoom;
  const whole = shares.every((share, i) => Math.abs(share - WHOLE[i]!) < 0.01);
  const rounded = shares.map((share) => Number(share.toFixed(2)));
  change({ zoom: whole ? others : { ...others, [id]: rounded } });
}

/** A range about the same middle, inside the whole. */
function scaled(from: number, to: number, factor: number): [number, number] {
  const [middle, half] = [(from + to) / 2, Math.min(50, Math.max(0.5, ((to - from) / 2) * factor))];
  const start = Math.min(Math.max(0, middle - half), 100 - 2 * half);
  return [start, start + 2 * half];
}
