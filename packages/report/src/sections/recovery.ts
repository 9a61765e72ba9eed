import { compare, unevenLosses, type Axis, type Trial } from '@quantloop/core';
import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { code, table } from '../tables/markdown.ts';
import { formatMeasurement, formatPercent, NOTHING } from '../view/format.ts';
import type { Board, ReportView } from '../view/report-view.ts';

/** Losses from this share on are shown in the strongest colour. */
const FULL_COLOR_LOSS = 0.2;

interface Cell {
  value: string;
  /** Change for the worse is positive, as a share of the baseline; undefined where there is nothing to compare. */
  loss: number | undefined;
  /** The task fell more than the mean over all tasks tells. */
  uneven: boolean;
}

const MARK = '▼';
const LEGEND = `${MARK}: fell for certain (p < 0.05 by Holm over the tasks), and more than the mean over the tasks tells.`;

/** What each recipe loses on each task, so that a mean cannot hide it. */
export const recoverySection: ReportSection = {
  id: 'recovery',
  title: 'What is lost, task by task',
  html: (view) => {
    const boards = view.boards.filter((board) => rowsOf(board).length > 0);
    if (boards.length === 0) return null;
    return html`<p class="fine">
        Values, and below them the change against the baseline in per cent of it. Red: worse; blue: better.
        ${boards.some(hasUneven) ? LEGEND : ''}
      </p>
      ${boards.map((board) => boardTable(view, board))}`;
  },
  markdown: (view) => {
    const boards = view.boards.filter((board) => rowsOf(board).length > 0);
    if (boards.length === 0) return null;
    return boards
      .map((board) => {
        const { fidelity } = board;
        const rows = rowsOf(board).map(({ trial, cells, worst }) => [
          code(trial.label),
          ...cells.map(({ value, loss, uneven }) =>
            loss === undefined ? value : `${value} (${signed(loss)}${uneven ? ` ${MARK}` : ''})`,
          ),
          worst === undefined ? NOTHING : signed(worst),
        ]);
        const head = ['trial', ...fidelity.map(({ metric }) => code(metric)), 'worst'];
        const name = view.boards.length > 1 ? `**${view.nameOf(board)}**\n\n` : '';
        const legend = hasUneven(board) ? `\n\n${LEGEND}` : '';
        return (
          name + table([head, ...rows], [...fidelity.map((_, i) => i + 1), fidelity.length + 1]) + legend
        );
      })
      .join('\n\n');
  },
};

function boardTable(view: ReportView, board: Board): ComponentChildren {
  const { fidelity } = board;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Losses by task">
    <table class="heat">
      ${
        view.boards.length > 1 &&
        html`<caption>
          ${view.nameOf(board)}
        </caption>`
      }
      <thead>
        <tr>
          <th scope="col">trial</th>
          ${fidelity.map(
            ({ metric, higherIsBetter }) =>
              html`<th scope="col" class="num">
                ${metric}<small>${higherIsBetter ? 'higher is better' : 'lower is better'}</small>
              </th>`,
          )}
          <th scope="col" class="num">worst<small>of all tasks</small></th>
        </tr>
      </thead>
      <tbody>
        ${rowsOf(board).map(
          ({ trial, cells, worst }) =>
            html`<tr>
              <th scope="row">${trial.label}</th>
              ${cells.map(
                ({ value, loss, uneven }) =>
                  html`<td class="num" style=${heat(loss)}>
                    ${value}<small>${loss === undefined ? '' : signed(loss)}${uneven && ` ${MARK}`}</small>
                  </td>`,
              )}
              <td class="num" style=${heat(worst)}>${worst === undefined ? NOTHING : signed(worst)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function rowsOf(board: Board): { trial: Trial; cells: Cell[]; worst: number | undefined }[] {
  return board.trials
    .filter((trial) => board.fidelity.some(({ metric }) => trial.metrics[metric] !== undefined))
    .map((trial) => {
      const uneven = new Set(unevenLosses(trial.metrics).map(({ metric }) => metric));
      const cells = board.fidelity.map((axis) => ({
        ...cell(axis, trial, board.baseline),
        uneven: uneven.has(axis.metric),
      }));
      const losses = cells.flatMap(({ loss }) => loss ?? []);
      return { trial, cells, worst: losses.length === 0 ? undefined : Math.max(...losses) };
    });
}

const hasUneven = (board: Board) => board.trials.some(({ metrics }) => unevenLosses(metrics).length > 0);

function cell(
  { metric, higherIsBetter }: Axis,
  trial: Trial,
  baseline: Trial | undefined,
): Omit<Cell, 'uneven'> {
  const measurement = trial.metrics[metric];
  const base = baseline?.metrics[metric];
  const value = formatMeasurement(measurement);
  if (measurement === undefined || base === undefined || trial === baseline)
    return { value, loss: undefined };
  const ratio = compare(measurement, base).ratio.value;
  const loss = higherIsBetter ? 1 - ratio : ratio - 1;
  return { value, loss: Number.isFinite(loss) ? loss : undefined };
}

/** A loss as people read it: `2.0 % worse`. */
function signed(loss: number): string {
  const shown = formatPercent(Math.abs(loss));
  if (shown === formatPercent(0)) return 'same';
  return `${shown} ${loss > 0 ? 'worse' : 'better'}`;
}

function heat(loss: number | undefined): string | undefined {
  if (loss === undefined || Math.abs(loss) < 0.0005) return undefined;
  const share = Math.min(1, Math.abs(loss) / FULL_COLOR_LOSS);
  const percent = Math.round(6 + 38 * Math.sqrt(share));
  return `background: color-mix(in srgb, var(${loss > 0 ? '--worse' : '--better'}) ${percent}%, transparent)`;
}
