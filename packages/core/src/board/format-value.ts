/** A value as people read it: `1.23 ms`, `4.1 MiB`, `93.5 %`, `412 tokens/s`. */
export function formatValue(value: number, unit: string): string {
  if (unit === 's') return formatSeconds(value);
  if (unit === 'B') return formatBytes(value);
  if (unit === 'fraction') return `${significant(value * 100)} %`;
  if (unit === '' || unit === 'perplexity') return significant(value);
  return `${significant(value)} ${unit}`;
}

function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 1) return `${significant(seconds)} s`;
  if (size >= 1e-3) return `${significant(seconds * 1e3)} ms`;
  return `${significant(seconds * 1e6)} µs`;
}

function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes === 0 ? 0 : Math.min(4, Math.max(0, Math.floor(Math.log2(Math.abs(bytes)) / 10)));
  return `${significant(bytes / 2 ** (10 * power))} ${units[power]}`;
}

/** Three significant digits, without an exponent where that stays readable. */
function significant(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  return Number(
    size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(1) : value.toPrecision(3),
  ).toString();
}
