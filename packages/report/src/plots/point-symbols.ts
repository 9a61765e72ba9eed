/** Bits → shapes that stay apart when printed small. */
const SHAPES: readonly { bits: number; symbol: string }[] = [
  { bits: 2, symbol: 'triangle' },
  { bits: 3, symbol: 'diamond' },
  { bits: 4, symbol: 'circle' },
  { bits: 8, symbol: 'rect' },
];
const OTHER_SHAPE = 'roundRect';
export const BASELINE_SYMBOL = 'path://M4 0h2v4h4v2h-4v4h-2v-4h-4v-2h4z';

export const shapeOf = (bits: number | null): string =>
  SHAPES.find((shape) => shape.bits === bits)?.symbol ?? OTHER_SHAPE;
