import { html } from 'htm/preact';
import type { ReportSection } from '../page/section.ts';
import { code, table, text } from '../tables/markdown.ts';
import { NOTHING } from '../view/format.ts';
import type { ReportView } from '../view/report-view.ts';

/** Trials without results, and why. */
export const failuresSection: ReportSection = {
  id: 'failures',
  title: 'Trials without results',
  html: (view) => {
    const failures = failuresOf(view);
    if (failures.length === 0) return null;
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Trials without results">
      <table class="wide">
        <thead>
          <tr>
            <th scope="col">trial</th>
            <th scope="col">on</th>
            <th scope="col">stage</th>
            <th scope="col">cause</th>
            <th scope="col">what to do</th>
          </tr>
        </thead>
        <tbody>
          ${failures.map(
            ({ label, place, stage, codeName, message, hint }) =>
              html`<tr>
                <th scope="row">${label}</th>
                <td>${place}</td>
                <td>${stage}</td>
                <td><code>${codeName}</code> <span class="message">${message}</span></td>
                <td>${hint}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  },
  markdown: (view) => {
    const failures = failuresOf(view);
    if (failures.length === 0) return null;
    const rows = failures.map(({ label, place, stage, codeName, message, hint }) => [
      code(label),
      text(place),
      text(stage),
      `${code(codeName)} ${text(message)}`,
      text(hint),
    ]);
    return table([['trial', 'on', 'stage', 'cause', 'what to do'], ...rows]);
  },
};

/** Where it was given up: after the last thing that was measured. */
function stageOf({ stopped, stages }: ReportView['trials'][number]): string {
  if (stopped === undefined) return NOTHING;
  return stages['fidelity'] === undefined ? 'quantize' : 'fidelity';
}

function failuresOf(view: ReportView) {
  return view.trials
    .filter((trial) => trial.status !== 'measured')
    .map((trial) => ({
      label: trial.label,
      place: view.nameOf(trial),
      stage: trial.failure?.stage ?? stageOf(trial),
      codeName: trial.failure?.code ?? trial.status,
      message: trial.failure?.message ?? trial.stopped ?? '',
      hint: trial.failure?.hint ?? NOTHING,
    }));
}
