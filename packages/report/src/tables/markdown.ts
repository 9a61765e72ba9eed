import { markdownTable } from 'markdown-table';

/** Plain text inside Markdown: nothing in it is read as markup, and it stays on one line. */
export function text(value: string): string {
  return value
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~]/g, '\\$&');
}

/** A name as a code span, fit for tables too. */
export function code(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** A table; the columns named in `right` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const columns = rows[0]?.length ?? 0;
  const align = Array.from({ length: columns }, (_, i) => (right.includes(i) ? 'r' : 'l'));
  return markdownTable(rows, { align });
}
