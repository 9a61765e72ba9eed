import { compareAcross, type Trial } from '@quantloop/core';
import { html } from 'htm/preact';
import { formatInterval, formatMeasurement, formatRatio, NOTHING } from '../../src/view/format.ts';
import { recipeFacts } from '../../src/view/recipe-facts.ts';
import { addressWith, change, state } from '../state/address.ts';
import { view } from '../state/model.ts';
import { WORDS } from '../words.ts';

/** Two pinned trials beside each other. */
export function Compare() {
  const [a, b] = state.value.pinned.flatMap((id) => view.value.trials.find((trial) => trial.id === id) ?? []);
  if (a === undefined) return null;
  const { compare } = WORDS;
  const unpin = html`<button type="button" onClick=${() => change({ pinned: [] })}>${compare.unpin}</button>`;
  if (b === undefined) return html`<p class="note" role="status">${compare.another(a.label)} ${unpin}</p>`;
  return html`<section class="card compare" aria-label=${compare.title(a.label, b.label)}>
    <div class="scroll" tabindex="0" role="group" aria-label=${compare.title(a.label, b.label)}>
      <table>
        <thead>
          <tr>
            <th scope="col">${compare.what}</th>
            ${[a, b].map(
              (trial) =>
                html`<th scope="col" class="num">
                  <a href=${addressWith({ trial: trial.id })}>${trial.label}</a>
                </th>`,
            )}
            <th scope="col" class="num">${compare.ratio}</th>
          </tr>
        </thead>
        <tbody>
          ${recipeRows(a, b).map(
            ([name, first, second]) =>
              html`<tr class=${first === second ? undefined : 'differs'}>
                <th scope="row">${name}</th>
                <td class="num">${first}</td>
                <td class="num">${second}</td>
                <td></td>
              </tr>`,
          )}
          ${metricsOf(a, b).map((metric) => html`<${MetricRow} a=${a} b=${b} metric=${metric} />`)}
        </tbody>
      </table>
    </div>
    <p>${unpin}</p>
  </section>`;
}

function recipeRows(a: Trial, b: Trial): [string, string, string][] {
  const [first, second] = [a, b].map((trial) => new Map(recipeFacts(trial.recipe)));
  const names = new Set([...first!.keys(), ...second!.keys()]);
  return [...names].map((name) => [name, first!.get(name) ?? NOTHING, second!.get(name) ?? NOTHING]);
}

const metricsOf = (a: Trial, b: Trial): string[] =>
  [...new Set([...Object.keys(a.metrics), ...Object.keys(b.metrics)])].sort();

function MetricRow({ a, b, metric }: { a: Trial; b: Trial; metric: string }) {
  const [first, second] = [a, b].map((trial) => trial.metrics[metric]);
  const ratio = first && second && compareAcross(second, first).ratio;
  const sure = ratio !== undefined && (ratio.low > 1 || ratio.high < 1);
  return html`<tr class=${sure ? 'differs' : undefined}>
    <th scope="row">${metric}</th>
    ${[first, second].map((each) => html`<td class="num">${formatMeasurement(each)}<small>${formatInterval(each)}</small></td>`)}
    <td class="num">
      ${ratio === undefined ? NOTHING : formatRatio(ratio.value)}
      ${ratio !== undefined && html`<small>${sure ? WORDS.compare.sure : WORDS.compare.same}</small>`}
    </td>
  </tr>`;
}
