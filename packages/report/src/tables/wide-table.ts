import { html } from 'htm/preact';
import type { VNode } from 'preact';

export interface WideTable {
  /** What it holds, for readers of the screen. */
  label: string;
  heads: readonly string[];
  /** Cells in the order of the heads. */
  rows: readonly (readonly (string | number)[])[];
  /** Index of the column that names the row. */
  naming: number;
}

/** Rows of text, wider than narrow screens: it scrolls by itself. Numbers stand to the right. */
export function wideTable({ label, heads, rows, naming }: WideTable): VNode {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${label}>
    <table class="wide">
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, i) => cellOf(cell, i === naming))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>` as VNode;
}

function cellOf(cell: string | number, names: boolean) {
  if (names) return html`<th scope="row">${cell}</th>`;
  return typeof cell === 'number' ? html`<td class="num">${cell}</td>` : html`<td>${cell}</td>`;
}
