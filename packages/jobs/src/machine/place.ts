/** What of a machine jobs use: all of it, or these cores and devices. */
export type Place = 'machine' | PinnedPlace;

export interface PinnedPlace {
  /** Cores, as the system counts them. */
  cpus: readonly number[];
  /** Devices, by an identity that every process of the machine knows them by. */
  gpus: readonly string[];
}

/** Whether jobs at these two places would be in each other's way. */
export function overlap(a: Place, b: Place): boolean {
  if (a === 'machine' || b === 'machine') return true;
  return a.cpus.some((cpu) => b.cpus.includes(cpu)) || a.gpus.some((gpu) => b.gpus.includes(gpu));
}

let place: Place = 'machine';

/** Where the jobs of this process run. */
export function placeOfProcess(): Place {
  return place;
}

/** Says where the jobs of this process run from now on; that they do is the business of who says so. */
export function setPlaceOfProcess(pinned: PinnedPlace): void {
  place = pinned;
}
