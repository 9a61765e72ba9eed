import type { PerplexityConvention } from '@quantloop/core';

/**
 * A plain text as each convention reads it. llama.cpp takes the file as it is. GPTQ takes the rows of the data set, joined
 * by blank lines: of WikiText's files a row is a line with its end, and a blank line is an empty row.
 */
export function textStream(convention: PerplexityConvention, file: string): string {
  if (convention === 'llama.cpp') return file;
  const rows = file.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return joinTexts(rows.map((row) => (row.trim() === '' ? '' : row)));
}

/** Texts of their own, as both conventions join them. */
export const joinTexts = (texts: readonly string[]): string => texts.join('\n\n');
