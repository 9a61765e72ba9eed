import { computed } from '@preact/signals';
import type { Trial } from '@quantloop/core';
import { allRows, type TrialRow } from '../../src/tables/trial-rows.ts';
import type { TrialColumn } from '../../src/tables/trial-columns.ts';
import { verdictOn } from '../../src/view/verdict-on.ts';
import { VERDICT_WORD } from '../../src/view/verdict-words.ts';
import { state } from '../state/address.ts';
import { view } from '../state/model.ts';
import { allColumns } from './columns.ts';

const board = computed(() => allRows(view.value));

const verdictOf = (trial: Trial, scenario: string) => verdictOn(view.value, trial, scenario);

/** What a search looks through, by trial. */
const words = computed(
  () =>
    new Map(
      board.value.map(({ trial }) => {
        const { label, model, target, status, recipe, simulated, failure } = trial;
        const verdicts = view.value.campaign.performance.flatMap(({ name }) => {
          const result = verdictOf(trial, name);
          return result === undefined ? [] : [VERDICT_WORD[result]];
        });
        const said = [label, model, target, status, recipe?.method, simulated && 'simulated', failure?.code];
        return [trial, [...said, ...verdicts].filter(Boolean).join(' ').toLowerCase()];
      }),
    ),
);

/** The trials that fit the search and the filters and are not hidden, in the order asked for; pinned ones first. */
export const shownRows = computed((): TrialRow[] => {
  const { search, method, bits, verdict, hidden, pinned } = state.value;
  const asked = search.toLowerCase().split(/\s+/).filter(Boolean);
  const [result] = verdict.split(':').slice(-1);
  const scenario = verdict.slice(0, -1 - (result?.length ?? 0));
  const without = new Set(hidden);
  const fitting = board.value.filter(
    ({ trial }) =>
      !without.has(trial.id) &&
      (method === '' || trial.recipe?.method === method) &&
      (bits === '' || String(trial.recipe?.bits) === bits) &&
      (verdict === '' || verdictOf(trial, scenario) === result) &&
      asked.every((word) => words.value.get(trial)!.includes(word)),
  );
  const sorted = sortedBy(fitting, state.value.sort);
  const first = (row: TrialRow) => (pinned.includes(row.trial.id) ? 0 : 1);
  return pinned.length === 0 ? sorted : sorted.sort((a, b) => first(a) - first(b));
});

/** Of how many, and how many of them are hidden. */
export const countedRows = computed(() => ({
  all: board.value.length,
  hidden: board.value.filter(({ trial }) => state.value.hidden.includes(trial.id)).length,
}));

function sortedBy(rows: TrialRow[], sort: string): TrialRow[] {
  const descending = sort.startsWith('-');
  const column = allColumns.value.find(({ id }) => id === (descending ? sort.slice(1) : sort));
  if (column === undefined) return rows;
  const keyed = rows.map((row) => ({ row, key: keyOf(column, row) }));
  const present = keyed.filter(({ key }) => key !== undefined);
  present.sort((a, b) => compareKeys(a.key!, b.key!) * (descending ? -1 : 1));
  return [...present, ...keyed.filter(({ key }) => key === undefined)].map(({ row }) => row);
}

/** undefined: it has none, and comes last whatever the direction. */
function keyOf(column: TrialColumn, { board, trial }: TrialRow): number | string | undefined {
  const { order, text } = column.cell(view.value, board, trial);
  return order ?? (column.numeric === true ? undefined : text);
}

const { compare } = new Intl.Collator('en', { numeric: true });

const compareKeys = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : compare(String(a), String(b));
