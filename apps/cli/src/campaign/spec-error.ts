import { formatPath, type InvalidSpec, type SpecIssue } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';
import type { CampaignText } from './campaign-text.ts';

/**
 * `file:line:column  key.path  message`, one line for every issue of a campaign.
 * @param hint what to do once they are mended
 */
export function specError(text: CampaignText, error: InvalidSpec, hint?: string): CliError {
  const issues = error.issues.map((issue) => locate(text, issue));
  return new CliError({
    message: issues.map(describe).join('\n'),
    ...(hint !== undefined && { hint }),
    exitCode: EXIT.invalid,
    cause: error,
    details: { issues },
  });
}

function locate(text: CampaignText, issue: SpecIssue) {
  return { file: text.name, ...text.placeOf(issue.path), ...issue };
}

function describe(issue: ReturnType<typeof locate>): string {
  const place = issue.line === undefined ? issue.file : `${issue.file}:${issue.line}:${issue.column}`;
  const parts = [place, formatPath(issue.path), [issue.message, issue.hint].filter(Boolean).join(' ')];
  return parts.filter((part) => part !== '').join('  ');
}
