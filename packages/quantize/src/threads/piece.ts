import { layoutOf } from '../pack/layout.ts';
import type { PackedWeight } from '../pack/packed-weight.ts';
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

/** Puts the pieces of a weight together. */
export function joinPieces({ rounding: { storage } }: Piece, pieces: readonly PackedWeight[]): PackedWeight {
  if (pieces.length === 1) return pieces[0]!;
  const parts = layoutOf(storage)
    .parts(storage)
    .map((shape, i) => {
      const data = new Uint8Array(pieces.reduce((sum, { parts }) => sum + parts[i]!.data.length, 0));
      let offset = 0;
      for (const piece of pieces) {
        data.set(piece.parts[i]!.data, offset);
        offset += piece.parts[i]!.data.length;
      }
      return { ...shape, data };
    });
  const errors = pieces.map(({ error }) => error);
  return {
    parts,
    error: {
      squares: errors.reduce((sum, { squares }) => sum + squares, 0),
      errorSquares: errors.reduce((sum, { errorSquares }) => sum + errorSquares, 0),
      largest: Math.max(...errors.map(({ largest }) => largest)),
    },
  };
}
