import { actInWords } from '@quantloop/core';
import type { ReportSection } from '../page/section.ts';
import { table, text } from '../tables/markdown.ts';
import { wideTable } from '../tables/wide-table.ts';
import type { ReportView } from '../view/report-view.ts';

const HEADS = ['when', 'who', 'what', 'why'];

/** What people did while the campaign ran, in order; and what it did in their place. */
export const peopleSection: ReportSection = {
  id: 'people',
  title: 'What people decided',
  html: (view) => {
    const rows = rowsOf(view);
    if (rows.length === 0) return null;
    return wideTable({ label: 'What people decided', heads: HEADS, rows, naming: 1 });
  },
  markdown: (view) => {
    const rows = rowsOf(view);
    return rows.length === 0 ? null : table([HEADS, ...rows.map((row) => row.map(text))]);
  },
};

function rowsOf({ decision }: ReportView): string[][] {
  return decision.acts.map((act) => {
    const { what, why } = actInWords(act);
    // In universal time: a report is the same wherever it is drawn.
    const when = new Date(act.at).toISOString().slice(0, 19).replace('T', ' ');
    return [`${when} UTC`, act.by, what, why];
  });
}
