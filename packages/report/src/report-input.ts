import type { Campaign, Decision, PromptAnswers, Trial, WriteReportInput } from '@quantloop/core';

/** All that a report shows. The same facts come back from a run's folder with `readRun`. */
export interface ReportInput extends Pick<WriteReportInput, 'run' | 'phases'> {
  /** With the requirements that the decision was made by. */
  campaign: Campaign;
  trials: Trial[];
  decision: Decision;
  /** Trial id → what it answered to the campaign's prompts. @default none were asked */
  answers?: Record<string, PromptAnswers>;
}
