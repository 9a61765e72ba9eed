/** Makes a history printable: names of the machine that recorded it are replaced, in payloads too. */
export function anonymous(names: Record<string, string>): (history: unknown) => string {
  const replaced = (text: string) =>
    Object.entries(names).reduce((result, [name, other]) => result.replaceAll(name, other), text);
  // Payloads of activities and workflows are JSON in base64; their encoding is named in metadata, as base64 too.
  const printable = (key: string, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (key === 'identity') return replaced(value).replaceAll(/\d+/g, '1');
    if (key !== 'data') return replaced(value);
    return Buffer.from(replaced(Buffer.from(value, 'base64').toString())).toString('base64');
  };
  return (history) => JSON.stringify(history, printable, 1);
}
