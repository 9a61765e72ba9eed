import { applicable, type Trial } from '@quantloop/core';
import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { code, table, text } from '../tables/markdown.ts';
import { count, formatDuration, formatInterval, formatMeasurement } from '../view/format.ts';
import { gainOf, gainWords } from '../view/headline.ts';
import type { Board, Case, ReportView } from '../view/report-view.ts';
import { overallVerdict } from '../view/requirement-leaves.ts';
import { secondsOf } from '../view/seconds-of.ts';
import { observedWords, VERDICT_MARK, VERDICT_WORD } from './verdict-words.ts';

/** Tables of more rows scroll inside, so that their heading stays in view. */
const TALL = 40;

interface Column {
  title: string;
  /** Second line of the heading. */
  note?: string;
  numeric?: boolean;
  cell(view: ReportView, board: Board, trial: Trial): Cell;
}

interface Cell {
  text: string;
  /** What the column is sorted by; a missing one comes last. */
  order?: number | string | undefined;
  /** Second line of the cell. */
  note?: string;
  html?: ComponentChildren;
}

/** Every trial with its main numbers; sorted and filtered in the page. */
export const trialsSection: ReportSection = {
  id: 'trials',
  title: 'All trials',
  html: (view) => {
    if (view.trials.length === 0) return html`<p>No trial was run.</p>`;
    const columns = columnsOf(view);
    const rows = view.boards.flatMap((board) => board.trials.map((trial) => ({ board, trial })));
    return html`<p class="filter" hidden>
        <label>Filter <input type="search" id="filter" placeholder="method, bits, target…" /></label>
        <output id="shown" for="filter">${count(rows.length, 'trial')}</output>
      </p>
      <div
        class=${rows.length > TALL ? 'scroll tall' : 'scroll'}
        tabindex="0"
        role="region"
        aria-label="All trials"
      >
        <table id="board">
          <thead>
            <tr>
              ${columns.map(
                ({ title, note, numeric }) =>
                  html`<th scope="col" class=${numeric ? 'num' : undefined}>
                    <button type="button" disabled>${title}<small>${note ?? ''}</small></button>
                  </th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ board, trial }) =>
                html`<tr class=${rowClass(board, trial)}>
                  ${columns.map((column, index) => tableCell(column, column.cell(view, board, trial), index === 0))}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="fine">
        Every metric of every trial, with intervals: <a href="trials.csv">trials.csv</a>,${' '}
        <a href="trials.json">trials.json</a>.
      </p>`;
  },
  markdown: (view) => {
    if (view.trials.length === 0) return 'No trial was run.';
    const columns = columnsOf(view);
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

function tableCell(column: Column, cell: Cell, heading: boolean): ComponentChildren {
  const kind = column.numeric ? 'num' : undefined;
  const content = html`${cell.html ?? cell.text}${cell.note && html`<small>${cell.note}</small>`}`;
  return heading
    ? html`<th scope="row" data-order=${cell.order ?? cell.text}>${content}</th>`
    : html`<td class=${kind} data-order=${cell.order ?? (column.numeric ? '' : cell.text)}>${content}</td>`;
}

function rowClass(board: Board, trial: Trial): string | undefined {
  if (board.cases.some((each) => each.winner === trial)) return 'winner';
  if (trial.status !== 'measured') return 'failed';
  return trial === board.baseline ? 'baseline' : undefined;
}

function columnsOf(view: ReportView): Column[] {
  const { campaign } = view;
  return [
    { title: 'trial', cell: (_view, board, trial) => nameCell(board, trial) },
    ...(campaign.models.length > 1 ? [plain('model', (trial) => trial.model)] : []),
    ...(campaign.targets.length > 1 ? [plain('target', (trial) => trial.target)] : []),
    ...campaign.performance.map((scenario, index): Column => ({
      title: campaign.performance.length === 1 ? 'requirements' : scenario.name,
      ...(campaign.performance.length === 1 ? {} : { note: 'requirements' }),
      cell: (_view, board, trial) => verdictCell(view, board.cases[index]!, trial),
    })),
    {
      title: 'quality',
      note: view.boards.find(({ quality }) => quality !== undefined)?.quality?.metric ?? '',
      numeric: true,
      cell: (_view, board, trial) => metricCell(trial, board.quality?.metric),
    },
    ...campaign.performance.map((_scenario, index): Column => ({
      title: 'speed',
      note: view.boards[0]!.cases[index]!.speed.metric,
      numeric: true,
      cell: (_view, board, trial) => speedCell(board, board.cases[index]!, trial),
    })),
    {
      title: 'size',
      note: 'model.bytes',
      numeric: true,
      cell: (_view, _board, trial) => metricCell(trial, 'model.bytes'),
    },
    {
      title: 'memory',
      note: 'memory.peak',
      numeric: true,
      cell: (_view, _board, trial) => metricCell(trial, 'memory.peak'),
    },
    ...(view.trials.some((trial) => trial.round > 1) ? [roundColumn] : []),
    {
      title: 'took',
      numeric: true,
      cell: (_view, _board, trial) => ({ text: formatDuration(secondsOf(trial)), order: secondsOf(trial) }),
    },
  ];
}

const plain = (title: string, read: (trial: Trial) => string): Column => ({
  title,
  cell: (_view, _board, trial) => ({ text: read(trial) }),
});

const roundColumn: Column = {
  title: 'round',
  numeric: true,
  cell: (_view, _board, trial) => ({ text: String(trial.round), order: trial.round }),
};

function nameCell(board: Board, trial: Trial): Cell {
  const won = board.cases.filter((each) => each.winner === trial).map((each) => each.scenario.name);
  const notes = [
    ...(won.length > 0 ? [`selected for ${won.join(', ')}`] : []),
    ...(trial.simulated ? ['simulated'] : []),
    ...(trial.status === 'measured' ? [] : [trial.failure?.code ?? trial.status]),
  ];
  return { text: trial.label, note: notes.join('; ') };
}

function verdictCell(view: ReportView, { scenario }: Case, trial: Trial): Cell {
  const verdicts = view.decision.verdicts[trial.id]?.[scenario.name] ?? [];
  const { requirements } = view.campaign;
  const counting = applicable(requirements, { target: trial.target, scenario: scenario.name });
  if (verdicts.length === 0 || counting === undefined) return { text: '', order: 3 };
  const overall = overallVerdict(counting, verdicts) ?? 'fail';
  const marks = verdicts.map((verdict) => VERDICT_MARK[verdict.result]).join('');
  return {
    text: `${VERDICT_WORD[overall]} ${marks}`,
    order: { pass: 0, inconclusive: 1, fail: 2 }[overall],
    html: html`<span class=${`chip ${overall}`}>${VERDICT_WORD[overall]}</span>${' '}
      ${verdicts.map(
        (verdict) =>
          html`<span
            class=${`mark ${verdict.result}`}
            title=${`${verdict.metric} ${verdict.requirement}: ${observedWords(view, verdict)}`}
            >${VERDICT_MARK[verdict.result]}</span
          >`,
      )}`,
  };
}

function metricCell(trial: Trial, metric: string | undefined): Cell {
  const measurement = metric === undefined ? undefined : trial.metrics[metric];
  const order = measurement?.value;
  return {
    text: formatMeasurement(measurement),
    order: Number.isFinite(order) ? order : undefined,
    note: formatInterval(measurement),
  };
}

function speedCell(board: Board, { speed }: Case, trial: Trial): Cell {
  const cell = metricCell(trial, speed.metric);
  const gain = trial === board.baseline ? undefined : gainOf(speed, trial, board.baseline);
  if (trial.simulated) return { ...cell, note: 'no evidence' };
  return gain === undefined ? cell : { ...cell, note: gainWords(gain.value, ['faster', 'slower']).join(' ') };
}
