import { layoutOf } from './layout.ts';
import type { PackedPieces, PackedWeight, RoundingError } from './packed-weight.ts';
import type { Storage } from './storage.ts';

/** The weight that pieces are of. */
export function joinPieces(storage: Storage, pieces: PackedPieces): PackedWeight {
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
  return { parts, error: joinErrors(pieces) };
}

/** The error of all of them together. */
export function joinErrors(pieces: PackedPieces): RoundingError {
  const errors = pieces.map(({ error }) => error);
  return {
    squares: errors.reduce((sum, { squares }) => sum + squares, 0),
    errorSquares: errors.reduce((sum, { errorSquares }) => sum + errorSquares, 0),
    largest: Math.max(...errors.map(({ largest }) => largest)),
  };
}
