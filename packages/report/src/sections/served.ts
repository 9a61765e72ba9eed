import type { Scenario } from '@quantloop/core';
import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { curveFigures, curveImages } from '../plots/curve-figures.ts';
import { code, table, text } from '../tables/markdown.ts';
import { formatMeasurement } from '../view/format.ts';
import { loadsOf } from '../view/loads-of.ts';
import type { Board, ReportView } from '../view/report-view.ts';

/** What is shown of each load of a server, in order; what was not measured is left out. */
const SHOWN = [
  'requests_per_second',
  'tokens_per_second',
  'ttft.p50',
  'ttft.p95',
  'tpot.p50',
  'tpot.p95',
  'e2e.p50',
  'e2e.p95',
  'goodput',
  'goodput_share',
];

interface ServedTable {
  title: string;
  /** Ends of metric names. */
  columns: string[];
  rows: { trial: string; load: string; cells: string[] }[];
}

/** How each trial did under each load of a server: clients, rates, and where a sweep ended. */
export const servedSection: ReportSection = {
  id: 'served',
  title: 'Under load',
  html: (view) => {
    const tables = tablesOf(view);
    return tables.length === 0 ? null : html`${curveFigures(view, 'served')} ${tables.map(htmlTable)}`;
  },
  markdown: (view) => {
    const tables = tablesOf(view);
    if (tables.length === 0) return null;
    const tabled = tables
      .map(({ title, columns, rows }) => {
        const body = rows.map(({ trial, load, cells }) => [code(trial), code(load), ...cells.map(text)]);
        const head = ['trial', 'load', ...columns.map(code)];
        return `**${text(title)}**\n\n${table(
          [head, ...body],
          columns.map((_, i) => i + 2),
        )}`;
      })
      .join('\n\n');
    return [...curveImages(view, 'served'), tabled].join('\n\n');
  },
};

function htmlTable({ title, columns, rows }: ServedTable): ComponentChildren {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${title}>
    <table>
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          <th scope="col">trial</th>
          <th scope="col">load</th>
          ${columns.map((column) => html`<th scope="col" class="num">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ trial, load, cells }) =>
            html`<tr>
              <th scope="row">${trial}</th>
              <td>${load}</td>
              ${cells.map((cell) => html`<td class="num">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function tablesOf(view: ReportView): ServedTable[] {
  const servers = view.campaign.performance.filter(({ scenario }) => scenario === 'server');
  return view.boards.flatMap((board) =>
    servers.flatMap((scenario) => {
      const served = tableOf(board, scenario);
      const title = view.boards.length > 1 ? `${scenario.name}, ${view.nameOf(board)}` : scenario.name;
      return served.rows.length === 0 ? [] : [{ title, ...served }];
    }),
  );
}

function tableOf(board: Board, { name }: Scenario): Omit<ServedTable, 'title'> {
  const rows = board.trials.flatMap((trial) => loadsOf(trial, name).map((load) => ({ trial, load })));
  const at = (row: (typeof rows)[number], column: string) =>
    row.trial.metrics[`${name}.${row.load}.${column}`];
  const columns = SHOWN.filter((column) => rows.some((row) => at(row, column) !== undefined));
  return {
    columns,
    rows: rows.map((row) => ({
      trial: row.trial.label,
      load: row.load,
      cells: columns.map((column) => formatMeasurement(at(row, column))),
    })),
  };
}
