import { html } from 'htm/preact';
import { useEffect, useRef } from 'preact/hooks';
import { rowClass, type TrialRow } from '../../src/tables/trial-rows.ts';
import type { TrialColumn } from '../../src/tables/trial-columns.ts';
import { addressWith, change, state, toggled } from '../state/address.ts';
import { view } from '../state/model.ts';
import { printing } from '../state/media.ts';
import { WORDS } from '../words.ts';
import { shownColumns } from './columns.ts';
import { shownRows } from './rows.ts';
import { useVirtualRows } from './use-virtual-rows.ts';

/** Pixels; the style sheet says the same. */
const ROW_HEIGHT = 44;

/** Rows beyond those in view are drawn when they are scrolled to; on paper all are. */
export function TrialsTable() {
  const scroll = useRef<HTMLDivElement>(null);
  const [columns, rows] = [shownColumns.value, shownRows.value];
  const { items, above, below, scrollTo } = useVirtualRows(scroll, {
    count: rows.length,
    height: ROW_HEIGHT,
  });
  const newest = state.value.marked.at(-1);
  useEffect(() => {
    const index = rows.findIndex(({ trial }) => trial.id === newest);
    if (index >= 0 && !items.some((item) => item.index === index)) scrollTo(index);
  }, [newest]);
  const drawn = printing.value ? rows.map((_, index) => ({ index })) : items;
  return html`<div
    class="scroll tall"
    tabindex="0"
    role="group"
    aria-label=${WORDS.table.label}
    ref=${scroll}
  >
    <table id="board" class="rows" aria-rowcount=${rows.length + 1}>
      <thead>
        <tr aria-rowindex="1">
          ${columns.map((column) => html`<${Head} key=${column.id} column=${column} />`)}
          <th scope="col" class="acts">${WORDS.table.actions}</th>
        </tr>
      </thead>
      <tbody>
        ${!printing.value && html`<${Gap} height=${above} span=${columns.length + 1} />`}
        ${drawn.map(
          ({ index }) =>
            html`<${Row}
              key=${rows[index]!.trial.id}
              row=${rows[index]}
              index=${index}
              columns=${columns}
            />`,
        )}
        ${!printing.value && html`<${Gap} height=${below} span=${columns.length + 1} />`}
      </tbody>
    </table>
    ${rows.length === 0 && html`<p class="none">${WORDS.table.none}</p>`}
  </div>`;
}

/** Stands for rows that are not drawn. */
function Gap({ height, span }: { height: number; span: number }) {
  return height > 0
    ? html`<tr aria-hidden="true" class="gap">
        <td colspan=${span} style=${`height: ${height}px`}></td>
      </tr>`
    : null;
}

function Head({ column: { id, title, note, numeric } }: { column: TrialColumn }) {
  const { sort } = state.value;
  const sorted = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : undefined;
  return html`<th scope="col" class=${numeric ? 'num' : undefined} aria-sort=${sorted}>
    <button type="button" onClick=${() => change({ sort: sorted === 'ascending' ? `-${id}` : id })}>
      ${title}<small>${note ?? ''}</small>
    </button>
  </th>`;
}

interface RowProps {
  row: TrialRow;
  index: number;
  columns: readonly TrialColumn[];
}

function Row({ row: { board, trial }, index, columns }: RowProps) {
  const marked = state.value.marked.includes(trial.id);
  const pinned = state.value.pinned.includes(trial.id);
  const look = [rowClass(board, trial), marked && 'marked', pinned && 'pinned'].filter(Boolean).join(' ');
  return html`<tr class=${look} aria-rowindex=${index + 2}>
    ${columns.map((column, place) => {
      const { text, note, html: rich } = column.cell(view.value, board, trial);
      const second = note === undefined || note === '' ? null : html`<small>${note}</small>`;
      if (place > 0) {
        return html`<td key=${column.id} class=${column.numeric ? 'num' : undefined}>
          ${rich?.() ?? text}${second}
        </td>`;
      }
      return html`<th scope="row" key=${column.id}>
        <a href=${addressWith({ trial: trial.id })} title=${text}>${text}</a>${second}
      </th>`;
    })}
    <td class="acts"><${Acts} id=${trial.id} label=${trial.label} marked=${marked} pinned=${pinned} /></td>
  </tr>`;
}

function Acts({
  id,
  label,
  marked,
  pinned,
}: {
  id: string;
  label: string;
  marked: boolean;
  pinned: boolean;
}) {
  const { table } = WORDS;
  const act = (symbol: string, name: string, pressed: boolean | undefined, onClick: () => void) =>
    html`<button type="button" aria-label=${name} title=${name} aria-pressed=${pressed} onClick=${onClick}>
      ${symbol}
    </button>`;
  const mark = () => change({ marked: toggled(state.value.marked, id) });
  // Of two pinned ones the older makes room.
  const pin = () => change({ pinned: toggled(state.value.pinned, id).slice(-2) });
  const hide = () => change({ hidden: [...state.value.hidden, id] });
  return html`${act('◎', table.mark(label), marked, mark)}${act('⊕', table.pin(label), pinned, pin)}${act('✕', table.hide(label), undefined, hide)}`;
}
