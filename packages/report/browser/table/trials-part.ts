import { html } from 'htm/preact';
import { VERDICT_WORD } from '../../src/view/verdict-words.ts';
import { change, state } from '../state/address.ts';
import { view } from '../state/model.ts';
import { WORDS } from '../words.ts';
import { allColumns, shownColumns, standardColumns } from './columns.ts';
import { Compare } from './compare.ts';
import { countedRows, shownRows } from './rows.ts';
import { TrialsTable } from './trials-table.ts';

/** The table of all trials with what narrows it. */
export function TrialsPart() {
  const { table } = WORDS;
  const { all, hidden } = countedRows.value;
  const { marked } = state.value;
  return html`<div class="tools">
      <label
        >${table.search}${' '}
        <input
          type="search"
          id="search"
          placeholder=${table.placeholder}
          value=${state.value.search}
          onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) =>
            change({ search: currentTarget.value })}
        />
      </label>
      <${Filter}
        name="method"
        label=${table.method}
        options=${view.value.methods.map((name) => [name, name])}
      />
      <${Filter} name="bits" label=${table.bits} options=${bitsOptions()} />
      <${Filter} name="verdict" label=${table.requirements} options=${verdictOptions()} />
      <${ColumnChoice} />
      ${
        hidden > 0 &&
        html`<button type="button" onClick=${() => change({ hidden: [] })}>${table.unhide}</button>`
      }
      ${
        marked.length > 0 &&
        html`<button type="button" onClick=${() => change({ marked: [] })}>
          ${table.clearMarks(marked.length)}
        </button>`
      }
      <output id="shown" for="search">${table.shown(shownRows.value.length, all, hidden)}</output>
    </div>
    <${Compare} />
    <${TrialsTable} />`;
}

interface FilterProps {
  name: 'method' | 'bits' | 'verdict';
  label: string;
  /** Value and text. */
  options: [string, string][];
}

function Filter({ name, label, options }: FilterProps) {
  if (options.length < 2) return null;
  return html`<label
    >${label}${' '}
    <select
      name=${name}
      value=${state.value[name]}
      onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) =>
        change({ [name]: currentTarget.value })}
    >
      <option value="">${WORDS.table.any}</option>
      ${options.map(([value, text]) => html`<option value=${value}>${text}</option>`)}
    </select>
  </label>`;
}

function bitsOptions(): [string, string][] {
  const bits = new Set(view.value.trials.flatMap((trial) => trial.recipe?.bits ?? []));
  return [...bits].sort((a, b) => a - b).map((n) => [String(n), String(n)]);
}

function verdictOptions(): [string, string][] {
  const { performance } = view.value.campaign;
  return performance.flatMap(({ name }) =>
    (['pass', 'inconclusive', 'fail'] as const).map((result): [string, string] => [
      `${name}:${result}`,
      performance.length === 1 ? VERDICT_WORD[result] : `${name}: ${VERDICT_WORD[result]}`,
    ]),
  );
}

function ColumnChoice() {
  const shown = new Set(shownColumns.value.map(({ id }) => id));
  const choose = (id: string) => {
    const columns = allColumns.value
      .map((column) => column.id)
      .filter((each) => shown.has(each) !== (each === id));
    change({ columns });
  };
  return html`<details class="choice">
    <summary>${WORDS.table.columns}</summary>
    <div class="menu">
      ${allColumns.value.slice(1).map(
        ({ id, title, note }) =>
          html`<label key=${id}>
            <input type="checkbox" checked=${shown.has(id)} onChange=${() => choose(id)} />
            ${title}${note !== undefined && note !== '' && html` <span class="fine">${note}</span>`}
          </label>`,
      )}
      <button
        type="button"
        onClick=${() => change({ columns: undefined })}
        disabled=${shownColumns.value === standardColumns.value}
      >
        ${WORDS.table.standard}
      </button>
    </div>
  </details>`;
}
