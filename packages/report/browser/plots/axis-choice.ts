import type { Axis } from '@quantloop/core';
import { html } from 'htm/preact';
import type { PlotPlace } from '../../src/plots/plot-places.ts';
import { change, picked } from '../state/address.ts';
import { WORDS } from '../words.ts';

const against = picked('against');

/** Which metrics the axes of a plot show; quality is the same in all plots. */
export function AxisChoice({ place, quality, cost }: { place: PlotPlace; quality: Axis; cost: Axis }) {
  const { board, id } = place;
  const measured = [...new Set(board.trials.flatMap((trial) => Object.keys(trial.metrics)))].sort();
  const { [id]: _, ...others } = against.value;
  return html`<${Choice}
      ...${{ label: WORDS.plot.quality, name: 'quality', chosen: quality.metric }}
      options=${board.fidelity.map(({ metric }) => metric)}
      onChoose=${(metric: string) => change({ quality: metric === place.quality.metric ? undefined : metric })}
    />
    <${Choice}
      ...${{ label: WORDS.plot.against, name: 'against', chosen: cost.metric }}
      options=${measured}
      onChoose=${(metric: string) =>
        change({ against: metric === place.cost.metric ? others : { ...others, [id]: metric } })}
    />`;
}

interface ChoiceProps {
  label: string;
  name: string;
  chosen: string;
  options: string[];
  onChoose: (metric: string) => void;
}

function Choice({ label, name, chosen, options, onChoose }: ChoiceProps) {
  return html`<label
    >${label}${' '}
    <select
      name=${name}
      value=${chosen}
      onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => onChoose(currentTarget.value)}
    >
      ${options.map((metric) => html`<option value=${metric}>${metric}</option>`)}
    </select>
  </label>`;
}
