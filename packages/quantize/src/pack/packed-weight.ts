import type { OnnxType } from '@quantloop/onnx';

/** A tensor that a layout adds to the graph in place of the weight. */
export interface PartShape {
  /** Ending of the initializer's name, `<weight>.<role>`. */
  role: string;
  type: OnnxType;
  dims: number[];
}

export interface Part extends PartShape {
  data: Uint8Array<ArrayBuffer>;
}

/** What rounding did to a weight W that is now read back as Q; sums over all its elements, in double precision. */
export interface RoundingError {
  /** Σ W². */
  squares: number;
  /** Σ (W − Q)². */
  errorSquares: number;
  /** max |W − Q|. */
  largest: number;
}

/** A finished weight: what goes into the file, in the layout's order, and the error it carries. */
export interface PackedWeight {
  parts: Part[];
  error: RoundingError;
}

/** The same as it was rounded: some channels in each piece, in order. The bytes of a part follow one another. */
export type PackedPieces = readonly PackedWeight[];
