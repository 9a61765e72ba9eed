import { code, text } from '../tables/markdown.ts';
import type { ReportView } from '../view/report-view.ts';
import type { ReportSection } from './section.ts';

/** `report.md`: the facts of the page for terminals, pull requests and wikis. */
export function renderMarkdown(view: ReportView, sections: readonly ReportSection[]): string {
  const { campaign, decision, run, trials } = view;
  const chapters = sections.flatMap((section) => {
    const content = section.markdown(view);
    return content === null ? [] : [`## ${text(section.title)}\n\n${content}`];
  });
  const failed = trials.filter((trial) => trial.status === 'failed').length;
  const facts = `Outcome: **${decision.outcome}**. ${trials.length} trials, ${failed} failed. Run ${code(run)}.`;
  return `${[`# ${text(campaign.campaign)}`, facts, ...chapters].join('\n\n')}\n`;
}
