/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text) => text.replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Code in a cell of a table. */
export const cell = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Text of a program in Markdown: what looks like HTML, or like an expression of the site's, is none. */
export const plain = (text: string): string =>
  text
    .replaceAll(/`[^`]*`|[<|]|\{\{/g, (found) =>
      found.startsWith('`')
        ? found.replaceAll('|', '\\|')
        : found === '<'
          ? '&lt;'
          : found === '|'
            ? '\\|'
            : '&#123;&#123;',
    )
    .replaceAll('\n', ' ');
