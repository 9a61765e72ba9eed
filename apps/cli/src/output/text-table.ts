import { stripVTControlCharacters } from 'node:util';

/** Rows in aligned columns, two spaces apart; `right` names the columns with numbers. */
export function textTable(
  rows: readonly (readonly string[])[],
  options: { right?: readonly number[] } = {},
): string {
  const length = (cell: string) => [...stripVTControlCharacters(cell)].length;
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => length(row[i] ?? ''))),
  );
  const pad = (cell: string, i: number) => {
    const space = ' '.repeat(widths[i]! - length(cell));
    return options.right?.includes(i) === true ? space + cell : cell + space;
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
