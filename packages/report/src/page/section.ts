import type { ComponentChildren } from 'preact';
import type { ReportView } from '../view/report-view.ts';

/**
 * A chapter of the report: the extension point. Both forms show the same facts; null leaves the chapter out. Text goes
 * in through `html` (htm with Preact), which escapes it, and through `text` and `code` in Markdown.
 */
export interface ReportSection {
  /** Anchor in the page. */
  readonly id: string;
  readonly title: string;
  html(view: ReportView): ComponentChildren;
  markdown(view: ReportView): string | null;
}
