import type { TrialRow } from '../src/view/campaign-view.ts';
import { html } from './html.ts';
import { jobWords } from './job-words.ts';

/** Every trial: where it stands, and what was measured. */
export function Board({ columns, trials }: { columns: string[]; trials: TrialRow[] }) {
  return html`<section>
    <h2 id="board">Board</h2>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="board">
      <table>
        <thead>
          <tr>
            <th scope="col">trial</th>
            <th scope="col">state</th>
            ${columns.map((name) => html`<th scope="col" class="num">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${trials.map(
            (trial) =>
              html`<tr key=${trial.id} class=${trial.leads.length > 0 ? 'leads' : ''}>
                <th scope="row">
                  ${trial.label}<small
                    >${trial.model} on ${trial.target}${trial.round > 0 && `, round ${trial.round}`}</small
                  >
                </th>
                <td class="what"><${State} trial=${trial} /></td>
                ${trial.cells.map((cell) => html`<td class="num">${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function State({ trial }: { trial: TrialRow }) {
  const { status, note, failure, job, leads } = trial;
  return html`
    <span class=${`state ${status}`}>${status}</span>
    ${leads.length > 0 && html` <strong>leads in ${leads.join(', ')}</strong>`}
    ${job !== undefined && html`<small>${jobWords(job)}</small>`}
    ${job?.progress !== undefined && html`<progress max=${job.progress.total} value=${job.progress.done} aria-label=${`Progress of ${trial.label}`}></progress>`}
    ${failure !== undefined && html`<small>${failure.stage}: ${failure.message} (${failure.code}) ${failure.hint ?? ''}</small>`}
    ${note !== undefined && html`<small>${note}</small>`}
  `;
}
