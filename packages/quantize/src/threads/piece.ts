import { layoutOf } from '../pack/layout.ts';
import type { Rounding } from '../methods/roundings.ts';
import type { WeightLocation } from '../weights/weight-source.ts';

/** Some channels of a weight, or all of them, and what is to be done with them. */
export interface Piece {
  location: WeightLocation;
  rounding: Rounding;
}

/** Weights in a piece, up to half as many again: 32 MiB of float32, less than a tenth of a second of work. */
const PIECE = 2 ** 23;

/** Cuts a weight into pieces, the same ones however many threads there are. */
export function piecesOf({ location, rounding }: Piece): Piece[] {
  const { k, n } = location;
  const { storage } = rounding;
  const count = Math.min(n, Math.round((k * n) / PIECE));
  if (count <= 1 || layoutOf(storage).byChannel?.(storage) !== true) return [{ location, rounding }];
  return Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * n) / count);
    const channels = { first, count: Math.floor(((i + 1) * n) / count) - first };
    const part = { ...rounding, storage: { ...storage, n: channels.count } } as Rounding;
    return { location: { ...location, channels }, rounding: part };
  });
}
