/** A run is named after its start, in UTC, so that runs sort by time: `20261125-020000`. */
export function runName(start: Date): string {
  return start.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
