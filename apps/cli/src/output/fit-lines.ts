import { stripVTControlCharacters } from 'node:util';
import sliceAnsi from 'slice-ansi';
import wrapAnsi from 'wrap-ansi';

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

/** Columns of a terminal; infinite where it is none, so that what is piped stays a line. */
export function widthOf({ isTTY, columns }: Stream): number {
  return isTTY === true && columns > 0 ? columns : Infinity;
}

/** Folds lines that a terminal has no room for between words; what is folded is indented a little more. */
export function foldLines(text: string, stream: Stream): string {
  const width = widthOf(stream);
  return text
    .split('\n')
    .flatMap((line) => (lengthOf(line) <= width ? [line] : fold(line, width)))
    .join('\n');
}

/** Cuts a line to so many columns, colours and all. */
export function cutLine(line: string, width: number): string {
  return lengthOf(line) <= width ? line : `${sliceAnsi(line, 0, width - 1)}…`;
}

/** Columns that a text takes. */
export function lengthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

function fold(line: string, width: number): string[] {
  const indent = /^ */.exec(line)![0].length + 2;
  // Columns of a table are apart by more than a space; folded, they follow each other.
  const words = line.trimStart().replaceAll(/ {2,}/g, '  ');
  const rows = wrapAnsi(words, Math.max(20, width - indent), { hard: true }).split('\n');
  return rows.map((row, i) => ' '.repeat(i === 0 ? indent - 2 : indent) + row);
}
