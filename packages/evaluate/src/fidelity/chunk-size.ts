/**
 * Items computed and checkpointed together: as many as `largest`, but of 51 items or more always less than a fiftieth,
 * so that a killed evaluation repeats less than 2 % of itself.
 */
export function chunkSize(items: number, largest: number): number {
  return Math.max(1, Math.min(largest, Math.floor((items - 1) / 50)));
}
