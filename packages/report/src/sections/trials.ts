import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { code, table, text } from '../tables/markdown.ts';
import { trialColumns, type TrialCell, type TrialColumn } from '../tables/trial-columns.ts';
import { readFirst, rowClass } from '../tables/trial-rows.ts';
import { count } from '../view/format.ts';

/** Rows in the page for readers without scripts; with them, it has all. */
const WITHOUT_SCRIPTS = 100;

/** Every trial with its main numbers; sorted and filtered in the page. */
export const trialsSection: ReportSection = {
  id: 'trials',
  title: 'All trials',
  html: (view) => {
    if (view.trials.length === 0) return html`<p>No trial was run.</p>`;
    const columns = trialColumns(view);
    const shown = readFirst(view, WITHOUT_SCRIPTS);
    return html`<div data-part="trials">
        <div class="scroll" tabindex="0" role="group" aria-label="All trials">
          <table id="board">
            <thead>
              <tr>
                ${columns.map(
                  ({ title, note, numeric }) =>
                    html`<th scope="col" class=${numeric ? 'num' : undefined}>
                      ${title}<small>${note ?? ''}</small>
                    </th>`,
                )}
              </tr>
            </thead>
            <tbody>
              ${shown.map(
                ({ board, trial }) =>
                  html`<tr class=${rowClass(board, trial)}>
                    ${columns.map((column, index) => tableCell(column, column.cell(view, board, trial), index === 0))}
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
        ${
          shown.length < view.trials.length &&
          html`<p>
            ${shown.length} of ${count(view.trials.length, 'trial')}: those selected and on a front first.
          </p>`
        }
      </div>
      <p class="fine">
        Every metric of every trial, with intervals: <a href="trials.csv">trials.csv</a>,${' '}
        <a href="trials.json">trials.json</a>.
      </p>`;
  },
  markdown: (view) => {
    if (view.trials.length === 0) return 'No trial was run.';
    const columns = trialColumns(view);
    const rows = view.boards.flatMap((board) =>
      board.trials.map((trial) =>
        columns.map((column, index) => {
          const cell = column.cell(view, board, trial);
          const shown = index === 0 ? code(cell.text) : text(cell.text);
          return cell.note === undefined || cell.note === '' ? shown : `${shown} ${text(cell.note)}`;
        }),
      ),
    );
    const numeric = columns.flatMap((column, index) => (column.numeric === true ? [index] : []));
    const heads = columns.map(({ title, note }) =>
      note === undefined ? text(title) : `${text(title)} ${code(note)}`,
    );
    return table([heads, ...rows], numeric);
  },
};

function tableCell(column: TrialColumn, cell: TrialCell, heading: boolean): ComponentChildren {
  const content = html`${cell.html?.() ?? cell.text}${cell.note && html`<small>${cell.note}</small>`}`;
  return heading
    ? html`<th scope="row">${content}</th>`
    : html`<td class=${column.numeric ? 'num' : undefined}>${content}</td>`;
}
