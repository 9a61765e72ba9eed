import { QuantloopError } from './quantloop-error.ts';

/** One thing wrong with a campaign: where it stands in the file, what it is, and the way out. */
export interface SpecIssue {
  path: (string | number)[];
  message: string;
  hint?: string;
}

/** A campaign that cannot run. Carries every issue found, so that they can be mended in one go. */
export class InvalidSpec extends QuantloopError {
  readonly issues: readonly SpecIssue[];

  constructor(issues: readonly SpecIssue[]) {
    super({ code: 'invalid-spec', message: issues.map(describeIssue).join('\n') });
    this.name = 'InvalidSpec';
    this.issues = issues;
  }
}

/** `search.recipes[1].bits`, as people write paths. */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
}

function describeIssue(issue: SpecIssue): string {
  const place = issue.path.length === 0 ? '' : `${formatPath(issue.path)}: `;
  return `${place}${issue.message}${issue.hint === undefined ? '' : ` ${issue.hint}`}`;
}
