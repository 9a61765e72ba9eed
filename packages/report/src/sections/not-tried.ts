import type { ReportSection } from '../page/section.ts';
import { table, text } from '../tables/markdown.ts';
import { wideTable } from '../tables/wide-table.ts';
import type { ReportView } from '../view/report-view.ts';

const HEADS = ['trial', 'on', 'why not'];

/** What was not begun or not planned, and why. Trials that failed have a chapter of their own. */
export const notTriedSection: ReportSection = {
  id: 'not-tried',
  title: 'Not tried',
  html: (view) => {
    const rows = rowsOf(view);
    if (rows.length === 0) return null;
    return wideTable({ label: 'Not tried', heads: HEADS, rows, naming: 0 });
  },
  markdown: (view) => {
    const rows = rowsOf(view);
    return rows.length === 0 ? null : table([HEADS, ...rows.map((row) => row.map(text))]);
  },
};

function rowsOf(view: ReportView) {
  const begun = new Set(view.trials.map(({ id }) => id));
  return view.decision.notTried
    .filter(({ trial }) => trial === null || !begun.has(trial))
    .map((each) => [each.label, view.nameOf(each), each.reason] as const);
}
