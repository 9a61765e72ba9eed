import type { ReportSection } from '../page/section.ts';
import { table, text } from '../tables/markdown.ts';
import { wideTable } from '../tables/wide-table.ts';
import { NOTHING } from '../view/format.ts';
import { headlines } from '../view/headline.ts';
import type { ReportView } from '../view/report-view.ts';

const HEADS = ['scenario', 'model', 'target', 'ship', 'quality', 'speed', 'size'];

/** What was selected for each of several models and targets, side by side. */
export const acrossSection: ReportSection = {
  id: 'across',
  title: 'Across models and targets',
  html: (view) => {
    const rows = rowsOf(view);
    if (rows.length === 0) return null;
    return wideTable({ label: 'Across models and targets', heads: HEADS, rows, naming: 1 });
  },
  markdown: (view) => {
    const rows = rowsOf(view);
    return rows.length === 0 ? null : table([HEADS, ...rows.map((row) => row.map(text))]);
  },
};

function rowsOf({ boards, campaign }: ReportView): string[][] {
  if (boards.length < 2) return [];
  return campaign.performance.flatMap(({ name }, i) =>
    boards.map((board) => {
      const each = board.cases[i]!;
      // Without a quality metric the first of them is missing.
      const [size, speed, quality] = headlines(board, each)
        .map(({ value, title }) => `${value} ${title}`)
        .reverse();
      const ship = each.selection?.label ?? 'none';
      return [name, each.model, each.target, ship, quality ?? NOTHING, speed ?? NOTHING, size ?? NOTHING];
    }),
  );
}
