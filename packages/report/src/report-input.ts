import type { PromptAnswers, WriteReportInput } from '@quantloop/core';

/** All that a report shows. The same facts come back from a run's folder with `readRun`. */
export interface ReportInput extends Omit<WriteReportInput, 'folder'> {
  /** Trial id → what it answered to the campaign's prompts. @default none were asked */
  answers?: Record<string, PromptAnswers>;
}
