import type { ReportInput } from './report-input.ts';
import { renderMarkdown } from './page/render-markdown.ts';
import { pageFacts } from './page/page-facts.ts';
import { renderPage } from './page/render-page.ts';
import type { ReportSection } from './page/section.ts';
import { renderPng } from './plots/render-png.ts';
import { withPlots } from './plots/with-plots.ts';
import { SECTIONS } from './sections/sections.ts';
import type { AnswersFile } from './tables/answers-file.ts';
import { trialsCsv } from './tables/trials-csv.ts';
import { trialsFile } from './tables/trials-file.ts';
import { plotsOf, reportView } from './view/report-view.ts';

export interface RenderReportOptions {
  /** @default SECTIONS */
  sections?: readonly ReportSection[];
}

/** Relative path → content. */
export type ReportFiles = ReadonlyMap<string, string | Uint8Array>;

/**
 * All files of a run's folder but the models. Pure: the same input gives the same bytes. Loads ECharts and the PNG
 * renderer at first use.
 */
export async function renderReport(
  input: ReportInput,
  { sections = SECTIONS }: RenderReportOptions = {},
): Promise<ReportFiles> {
  const view = withPlots(reportView(input));
  const plots = plotsOf(view);
  const pictures = Promise.all(
    plots.map(async ({ id, svg }): Promise<[string, Uint8Array]> => [
      `plots/${id}.png`,
      await renderPng(svg),
    ]),
  );
  return new Map<string, string | Uint8Array>([
    ['campaign.json', json(input.campaign)],
    ['decision.json', json(input.decision)],
    ['trials.json', json(trialsFile(input))],
    ['trials.csv', trialsCsv(input)],
    ...answersFile(input),
    ['report.html', await renderPage(view, pageFacts(input), sections)],
    ['report.md', renderMarkdown(view, sections)],
    ...plots.map(({ id, svg }): [string, string] => [`plots/${id}.svg`, svg]),
    ...(await pictures),
  ]);
}

function answersFile({ answers }: ReportInput): [string, string][] {
  if (answers === undefined) return [];
  return [['answers.json', json({ schemaVersion: 1, answers } satisfies AnswersFile)]];
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
