import { limitOf, limitsIn, type MetricRequirement } from '@quantloop/core';
import { html } from 'htm/preact';
import { limitWords } from '../../src/view/limit-words.ts';
import { metricUnit, type Case, type ReportView } from '../../src/view/report-view.ts';
import { allRows } from '../../src/tables/trial-rows.ts';
import { verdictOn } from '../../src/view/verdict-on.ts';
import { change, picked } from '../state/address.ts';
import { decidedView, facts, movedLimits, view } from '../state/model.ts';
import { WORDS } from '../words.ts';
import { moveLimit } from './move-limit.ts';

const limits = picked('limits');

/** The limits, to be moved by hand, and what would then be shipped. */
export function WhatIfPart() {
  const all = limitsIn(facts.value.campaign.requirements);
  const { whatIf } = WORDS;
  return html`<details class="what-if card" open=${movedLimits.value > 0}>
    <summary><h3>${whatIf.title}</h3></summary>
    <p class="fine">${whatIf.explained}</p>
    <div class="limits">
      ${all.map((requirement, index) => html`<${Limit} requirement=${requirement} index=${index} />`)}
    </div>
    ${movedLimits.value > 0 && html`<${Outcome} />`}
  </details>`;
}

/** How a limit is written in its field: in per cent, ms, MiB, times, or its own unit. */
function scaleOf(requirement: MetricRequirement): { factor: number; unit: string } {
  const { kind, limit } = limitOf(requirement);
  if (kind === 'minSpeedup' || kind === 'maxRatio') return { factor: 1, unit: '×' };
  const unit = metricUnit(facts.value.trials, requirement.metric);
  if (limit.relative || kind === 'minRecovery' || unit === 'fraction') return { factor: 100, unit: '%' };
  if (unit === 's') return { factor: 1e3, unit: 'ms' };
  return unit === 'B' ? { factor: 2 ** -20, unit: 'MiB' } : { factor: 1, unit };
}

function Limit({ requirement, index }: { requirement: MetricRequirement; index: number }) {
  const own = limitOf(requirement).limit.value;
  const value = limits.value[index] ?? own;
  const { factor, unit } = scaleOf(requirement);
  const shown = (of: number) => Number((of * factor).toPrecision(4));
  const reach = shown(Math.max(Math.abs(own) * 2, Math.abs(value) * 1.25, 0.01));
  const words = limitWords(facts.value, requirement);
  const set = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    if (currentTarget.value !== '') moveLimit(index, Number(currentTarget.value) / factor);
  };
  const field = { min: own < 0 ? -reach : 0, max: reach, step: 'any', value: shown(value), onInput: set };
  return html`<div class=${value === own ? 'limit' : 'limit moved'}>
    <label for=${`limit-${index}`}
      ><code>${requirement.metric}</code> ${words.slice(requirement.metric.length + 1)}</label
    >
    <input type="range" aria-label=${words} ...${field} />
    <input type="number" id=${`limit-${index}`} step="any" value=${shown(value)} onChange=${set} />
    <span>${unit}</span>
    ${
      value !== own &&
      html`<button type="button" onClick=${() => moveLimit(index, own)}>
        ${WORDS.whatIf.was(`${shown(own)} ${unit}`)}
      </button>`
    }
  </div>`;
}

/** For each case what was decided, and what would be. */
function Outcome() {
  const { whatIf } = WORDS;
  const cases = decidedView.value.boards.flatMap((board, b) =>
    board.cases.map((decided, c) => ({ decided, would: view.value.boards[b]!.cases[c]! })),
  );
  return html`<table class="outcome-table" aria-live="polite">
      <caption>
        ${whatIf.outcome}
      </caption>
      <thead>
        <tr>
          <th scope="col">${whatIf.case}</th>
          <th scope="col">${whatIf.decided}</th>
          <th scope="col">${whatIf.would}</th>
        </tr>
      </thead>
      <tbody>
        ${cases.map(
          ({ decided, would }) =>
            html`<tr class=${decided.winner?.id === would.winner?.id ? undefined : 'differs'}>
              <th scope="row">${view.value.nameOf(decided)}</th>
              <td>
                ${decided.winner?.label ?? whatIf.nothing}<small
                  >${acceptable(decidedView.value, decided)}</small
                >
              </td>
              <td>
                ${would.winner === undefined ? whatIf.nothing : would.winner.id === decided.winner?.id ? whatIf.same : html`<strong>${would.winner.label}</strong>`}
                <small>${acceptable(view.value, would)}</small>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p><button type="button" onClick=${() => change({ limits: {} })}>${whatIf.reset}</button></p>`;
}

/** How many versions of a case meet all that counts. */
function acceptable(of: ReportView, { model, target, scenario }: Case): string {
  const rows = allRows(of).filter(
    ({ board, trial }) => board.model === model && board.target === target && trial.status === 'measured',
  );
  const n = rows.filter(({ trial }) => verdictOn(of, trial, scenario.name) === 'pass').length;
  return WORDS.whatIf.acceptable(n, rows.length);
}
