/** What to type to measure a trial again. */
export const reproduceCommand = (of: { campaign: string; run: string; trial: string }): string =>
  `quantloop reproduce ${quoted(`${of.campaign}/${of.run}`)} ${quoted(of.trial)}`;

/** A word for a POSIX shell. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
